import { lastValueFrom } from 'rxjs'
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

/** What runs because of them is in the same file. */
@Controller()
export class Carts {
  private readonly orders = new Subject<Order>()

  constructor(private readonly events: EventEmitter2) {
    this.orders.pipe(mergeMap(async order => remove(order))).subscribe()
    this.events.on('ordered', async order => {
      await remove(order)
    })
    this.events.on('cancelled', order => console.log(order))
  }

  @EventPattern('orders')
  async onOrder(@Payload() order: Order): Promise<void> {
    this.orders.next(order)
    this.events.emit('ordered', order)
  }
}

/** Who listens is out of sight. */
@Controller()
export class Latest {
  readonly latest = new BehaviorSubject<Order | undefined>(undefined)

  @EventPattern('orders.latest')
  onOrder(@Payload() order: Order): void {
    this.latest.next(order)
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
    from(remove(order)).subscribe({ error: error => console.error(error) })
    of(order)
      .pipe(mergeMap(placed => remove(placed)))
      .subscribe()
    this.audit.record(order).subscribe()
  }

  @EventPattern('orders.paid')
  async onPaid(@Payload() order: Order): Promise<void> {
    await lastValueFrom(this.http.put(`https://billing/orders/${order.id}`, order))
    await lastValueFrom(this.http.delete(`https://billing/carts/${order.id}`))
  }

  @EventPattern('orders.closed')
  async onClosed(@Payload() order: Order): Promise<void> {
    await this.close(order)
  }

  private close({ id }: Order): Observable<unknown> {
    return this.http.delete(`https://billing/orders/${id}`)
  }
}
