import { Controller } from '@nestjs/common'
import { ClientKafka, EventPattern, Payload } from '@nestjs/microservices'
import { firstValueFrom, lastValueFrom } from 'rxjs'

@Controller()
export class Orders {
  constructor(private readonly client: ClientKafka) {}

  @EventPattern('orders.placed')
  async placed(@Payload() order: { id: string }): Promise<void> {
    await firstValueFrom(this.client.emit('orders.seen', { key: order.id, value: order, headers: { eventId: order.id } }))
    await lastValueFrom(this.client.emit('orders.read', { key: order.id, value: order, headers: { eventId: order.id } }))
    await lastValueFrom(this.client.emit('orders.kept', { key: order.id, value: order, headers: { eventId: order.id } }))
  }
}
