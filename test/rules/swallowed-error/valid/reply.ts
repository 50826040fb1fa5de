import { Controller } from '@nestjs/common'
import { MessagePattern, Payload } from '@nestjs/microservices'
import { OrdersService } from './orders.service'

@Controller()
export class OrdersController {
  constructor(private readonly orders: OrdersService) {}

  @MessagePattern('orders.place')
  async place(@Payload() order: { id: string }) {
    try {
      return await this.orders.place(order)
    } catch (error) {
      // The caller gets the error as the reply.
      return { isPlaced: false, message: String(error) }
    }
  }
}
