import { Controller } from '@nestjs/common'
import { ClientKafka, EventPattern, Payload } from '@nestjs/microservices'
import { firstValueFrom, lastValueFrom } from 'rxjs'

@Controller()
export class Orders {
  constructor(private readonly client: ClientKafka) {}

  @EventPattern('orders.placed')
  async placed(@Payload() order: { id: string }): Promise<void> {
    firstValueFrom(this.client.emit('orders.seen', { key: order.id, value: order, headers: { eventId: order.id } }))
//  ^^^^^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'client.emit'. Await it, or return it.
//                 ^^^^^^^^^^^^^^^^ related: the output
    void lastValueFrom(this.client.emit('orders.read', { key: order.id, value: order, headers: { eventId: order.id } }))
//       ^^^^^^^^^^^^^ unawaited-output: 'void' drops the promise, so the offset is committed whatever becomes of 'client.emit'. Await it, or return it.
//                     ^^^^^^^^^^^^^^^^ related: the output
    await lastValueFrom(this.client.emit('orders.kept', { key: order.id, value: order, headers: { eventId: order.id } }))
  }
}
