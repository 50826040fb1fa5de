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
//          ^^^^^^^^^^ related: may fail
    } catch (error) {
//    ^^^^^ swallowed-error: A failure of 'INSERT INTO orders' is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      console.error(error)
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
