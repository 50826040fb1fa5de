import { KafkaConsumer } from 'node-rdkafka'
import { Pool } from 'pg'

const pool = new Pool()

/** The client itself, with more: its options go up to it. */
class Orders extends KafkaConsumer {
  constructor(brokers: string) {
    super({ 'group.id': 'orders', 'metadata.broker.list': brokers, 'enable.auto.commit': true }, {})
//                                                                                       ^^^^ auto-commit-before-output: node-rdkafka stores a record's offset before the handler has run, so auto-commit may commit it before 'DELETE FROM carts' has. Turn auto-commit off and commit after the output.
    this.on('ready', () => {
      this.subscribe(['orders'])
      this.consume()
    })
    this.on('data', async message => {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//          ^^^^^^^^^^ related: may not have run when the offset is committed
    })
  }
}
const orders = new Orders('localhost:9092')
orders.connect()

class Carts extends KafkaConsumer {
  start(): void {
    this.on('ready', () => this.consume()).on('data', async message => {
//                                                    ^^^^^^^^^^^^^^^^ auto-commit-before-output: node-rdkafka stores a record's offset before the handler has run, so auto-commit may commit it before 'DELETE FROM carts' has. Turn auto-commit off and commit after the output.
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//          ^^^^^^^^^^ related: may not have run when the offset is committed
    })
  }
}
class AllCarts extends Carts {
  constructor() {
    super({ 'group.id': 'carts', 'metadata.broker.list': 'localhost:9092' }, {})
  }
}
new AllCarts().start()

process.once('SIGTERM', () => orders.disconnect())
