// @docs
import { Consumer } from '@platformatic/kafka'
import { Pool } from 'pg'

const pool = new Pool()
const consumer = new Consumer({ groupId: 'orders', clientId: 'orders', bootstrapBrokers: ['localhost:9092'] })

export async function clearCarts() {
  const stream = await consumer.consume({ autocommit: false, topics: ['orders'] })
  for await (const message of stream) {
    if (!message.key) continue
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)]) // gone
    await message.commit()
  }
}
