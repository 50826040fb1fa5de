import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

interface Orders {
  save(order: { id: string }): Promise<void>
}

const pool = new Pool()

export class PgOrders implements Orders {
  async save(order: { id: string }): Promise<void> {
    try {
      await pool.query('insert into orders (id) values ($1) on conflict do nothing', [order.id])
    } catch (error) {
      console.error(error)
      throw error
    }
  }
}

export class OrdersConsumer {
  constructor(private readonly orders: Orders) {}

  async start(): Promise<void> {
    const consumer = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
    process.once('SIGTERM', () => void consumer.disconnect())
    await consumer.run({ eachMessage: async ({ message }) => this.orders.save(JSON.parse(String(message.value))) })
  }
}
