import { lastValueFrom } from 'rxjs'
import { Controller, Inject } from '@nestjs/common'
import { ClientKafka, EventPattern, Payload } from '@nestjs/microservices'

@Controller()
export class OrdersConsumer {
  constructor(@Inject('KAFKA') private readonly client: ClientKafka) {}

  @EventPattern('orders')
  async onOrder(@Payload() order: { id: string }): Promise<void> {
    await lastValueFrom(this.client.emit('billing', { key: order.id, value: order }))
    await lastValueFrom(this.client.emit('shipping', { key: order.id, value: order }))
    await lastValueFrom(this.client.emit('stock', { key: order.id, value: order }))
  }
}
