import { HttpService } from '@nestjs/axios'
import { Controller } from '@nestjs/common'
import { EventPattern, Payload } from '@nestjs/microservices'
import { EventEmitter2 } from '@nestjs/event-emitter'
import { BehaviorSubject, from, type Observable, of, Subject } from 'rxjs'
import { mergeMap } from 'rxjs/operators'
import { Pool } from 'pg'
import type { Audit } from './none.ts'

interface Order {
  id: string
}
const pool = new Pool()
const remove = ({ id }: Order) => pool.query('DELETE FROM carts WHERE id = $1', [id])
//                                ^^^^^^^^^^ related: the output
//                                ^^^^^^^^^^ related: the output
//                                ^^^^^^^^^^ related: the output
//                                ^^^^^^^^^^ related: the output

/** What runs because of them is in the same file. */
@Controller()
export class Carts {
  private readonly orders = new Subject<Order>()

  constructor(private readonly events: EventEmitter2) {
    this.orders.pipe(mergeMap(async order => remove(order))).subscribe()
//                                           ^^^^^^ related: called from here
    this.events.on('ordered', async order => {
      await remove(order)
//          ^^^^^^ related: called from here
    })
    this.events.on('cancelled', order => console.log(order))
  }

  @EventPattern('orders')
  async onOrder(@Payload() order: Order): Promise<void> {
    this.orders.next(order)
//  ^^^^^^^^^^^^^^^^ unawaited-output: A subject does not wait for its subscribers, so the offset is committed whatever becomes of 'DELETE FROM carts'. Call and await the work in the handler.
//              ^^^^ related: called from here
    this.events.emit('ordered', order)
//  ^^^^^^^^^^^^^^^^ unawaited-output: An emitter does not wait for its listeners, so the offset is committed whatever becomes of 'DELETE FROM carts'. Call and await the work in the handler.
//              ^^^^ related: called from here
  }
}

/** Who listens is out of sight. */
@Controller()
export class Latest {
  readonly latest = new BehaviorSubject<Order | undefined>(undefined)

  @EventPattern('orders.latest')
  onOrder(@Payload() order: Order): void {
    this.latest.next(order)
//  ^^^^^^^^^^^^^^^^ unawaited-output: 'this.latest.next' is all this handler does, and nobody waits for it: if it is asynchronous, the offset is committed before it has run. Await it, or return its promise.
  }
}

/** Sent when somebody subscribes, and awaited by nobody. */
@Controller()
export class Billing {
  constructor(
    private readonly http: HttpService,
    private readonly audit: Audit,
  ) {}

  @EventPattern('orders.placed')
  onPlaced(@Payload() order: Order): void {
    this.http.put(`https://billing/orders/${order.id}`, order).subscribe()
//  ^^^^^^^^^^^^^ unawaited-output: An observable is not a promise, and nobody waits for this one, so the offset is committed whatever becomes of 'http.put'. Use await lastValueFrom(…).
    from(remove(order)).subscribe({ error: error => console.error(error) })
//  ^^^^ unawaited-output: An observable is not a promise, and nobody waits for this one, so the offset is committed whatever becomes of 'DELETE FROM carts'. Use await lastValueFrom(…).
//       ^^^^^^ related: called from here
    of(order)
//  ^^ unawaited-output: An observable is not a promise, and nobody waits for this one, so the offset is committed whatever becomes of 'DELETE FROM carts'. Use await lastValueFrom(…).
      .pipe(mergeMap(placed => remove(placed)))
//          ^^^^^^^^ related: called from here
//                             ^^^^^^ related: called from here
      .subscribe()
    this.audit.record(order).subscribe()
//  ^^^^^^^^^^^^^^^^^ unawaited-output: An observable is not a promise, and nobody waits for this one, so the offset is committed whatever becomes of 'this.audit.record'. Use await lastValueFrom(…).
  }

  @EventPattern('orders.paid')
  async onPaid(@Payload() order: Order): Promise<void> {
    this.http.put(`https://billing/orders/${order.id}`, order)
//  ^^^^^^^^^^^^^ unawaited-output: An observable is not a promise, and nobody waits for this one, so the offset is committed whatever becomes of 'http.put'. Use await lastValueFrom(…).
    await this.http.delete(`https://billing/carts/${order.id}`)
//        ^^^^^^^^^^^^^^^^ unawaited-output: An observable is not a promise, and nobody waits for this one, so the offset is committed whatever becomes of 'http.delete'. Use await lastValueFrom(…).
  }

  @EventPattern('orders.closed')
  async onClosed(@Payload() order: Order): Promise<void> {
    await this.close(order)
//             ^^^^^ related: called from here
  }

  private close({ id }: Order): Observable<unknown> {
    return this.http.delete(`https://billing/orders/${id}`)
//         ^^^^^^^^^^^^^^^^ unawaited-output: An observable is not a promise, and nobody waits for this one, so the offset is committed whatever becomes of 'http.delete'. Use await lastValueFrom(…).
  }
}
