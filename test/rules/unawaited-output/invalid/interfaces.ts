import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

abstract class Orders {
  abstract save(order: { id: string }): Promise<void>
}

const pool = new Pool()

export class PgOrders extends Orders {
  async save(order: { id: string }): Promise<void> {
    await pool.query('insert into orders (id) values ($1) on conflict do nothing', [order.id])
//        ^^^^^^^^^^ related: the output
  }
}

export async function start(orders: Orders): Promise<void> {
  const consumer = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
  process.once('SIGTERM', () => void consumer.disconnect())
  await consumer.run({
    eachMessage: async ({ message }) => {
      orders.save(JSON.parse(String(message.value)))
//    ^^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'INSERT INTO orders'. Await it, or return it.
//           ^^^^ related: called from here
    },
  })
}
