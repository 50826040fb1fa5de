import { lastValueFrom } from 'rxjs'
import { Controller, Inject } from '@nestjs/common'
import { ClientKafka, EventPattern, Payload } from '@nestjs/microservices'

@Controller()
export class OrdersConsumer {
  constructor(@Inject('KAFKA') private readonly client: ClientKafka) {}

  @EventPattern('orders')
  async onOrder(@Payload() order: { id: string }): Promise<void> {
    this.client.emit('billing', { key: order.id, value: order })
//  ^^^^^^^^^^^^^^^^ unawaited-output: An observable is not a promise, and nobody waits for this one, so the offset is committed whatever becomes of 'client.emit'. Use await lastValueFrom(…).
    await this.client.emit('shipping', { key: order.id, value: order })
//        ^^^^^^^^^^^^^^^^ unawaited-output: An observable is not a promise, and nobody waits for this one, so the offset is committed whatever becomes of 'client.emit'. Use await lastValueFrom(…).
    await lastValueFrom(this.client.emit('stock', { key: order.id, value: order }))
  }
}
