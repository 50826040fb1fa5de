import { KafkaConsumer } from 'node-rdkafka'
import { Pool } from 'pg'

const pool = new Pool()

class Orders extends KafkaConsumer {
  constructor(brokers: string) {
    super({ 'group.id': 'orders', 'metadata.broker.list': brokers, 'enable.auto.commit': false }, {})
    this.on('data', async message => {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      this.commitMessage(message)
    })
  }
}
const orders = new Orders('localhost:9092')
orders.connect()

/** What it is made with is said where it is made. */
export class Carts extends KafkaConsumer {
  start(): void {
    this.on('data', async message => {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
    })
  }
}

process.once('SIGTERM', () => orders.disconnect())
