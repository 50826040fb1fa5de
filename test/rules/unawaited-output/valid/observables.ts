import { HttpService } from '@nestjs/axios'
import { Controller } from '@nestjs/common'
import { EventPattern, Payload } from '@nestjs/microservices'
import { EventEmitter2 } from '@nestjs/event-emitter'
import { BehaviorSubject, firstValueFrom, forkJoin, from, lastValueFrom, type Observable, of, Subject } from 'rxjs'
import { map, mergeMap } from 'rxjs/operators'
import { DatabaseSync } from 'node:sqlite'
import { Pool } from 'pg'
import type { Audit, Topics } from './none.ts'

interface Order {
  id: string
}
const pool = new Pool()
const rows = new DatabaseSync('carts.db')
const drop = rows.prepare('DELETE FROM carts WHERE id = ?')
const remove = ({ id }: Order) => pool.query('DELETE FROM carts WHERE id = $1', [id])

/** The work is done where it is awaited; who listens only looks on. */
@Controller()
export class Carts {
  private readonly seen = new Subject<Order>()
  private readonly latest = new BehaviorSubject<Order | undefined>(undefined)

  constructor(private readonly events: EventEmitter2) {
    this.seen.pipe(map(order => order.id)).subscribe(id => console.log(id))
    this.events.on('ordered', order => console.log(order))
    // Done before `emit` ends, and what it throws reaches the handler.
    this.events.on('ordered', order => drop.run(order.id))
    this.events.on('removed', async order => {
      await remove(order)
    })
  }

  @EventPattern('orders.seen')
  onSeen(@Payload() order: Order): void {
    this.seen.next(order)
    this.events.emit('ordered', order)
  }

  @EventPattern('orders')
  async onOrder(@Payload() order: Order): Promise<void> {
    await remove(order)
    this.latest.next(order)
  }
}

@Controller()
export class Billing {
  constructor(
    private readonly http: HttpService,
    private readonly audit: Audit,
    private readonly topics: Topics,
  ) {}

  @EventPattern('orders.placed')
  async onPlaced(@Payload() order: Order): Promise<void> {
    await firstValueFrom(this.http.put(`https://billing/orders/${order.id}`, order))
    await lastValueFrom(of(order).pipe(mergeMap(placed => remove(placed))))
    await lastValueFrom(forkJoin([this.close(order), from(remove(order))]))
    const closing = this.close(order)
    await firstValueFrom(closing)
    await this.close(order).toPromise()
    await this.http.axiosRef.put(`https://billing/orders/${order.id}`, order)
    await firstValueFrom(this.audit.record(order))
  }

  /** Nest subscribes to what a handler gives, and waits for it. */
  @EventPattern('orders.paid')
  onPaid(@Payload() order: Order): Observable<unknown> {
    return this.close(order)
  }

  @EventPattern('orders.closed')
  async onClosed(@Payload() order: Order): Promise<void> {
    await new Promise((resolve, reject) => {
      this.close(order).subscribe({ next: resolve, error: reject })
    })
    this.topics.of(order.id).subscribe(() => console.log('another one'))
  }

  private close({ id }: Order): Observable<unknown> {
    return this.http.delete(`https://billing/orders/${id}`)
  }
}
