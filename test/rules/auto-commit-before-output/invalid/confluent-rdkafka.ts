import { Pool } from 'pg'
import { KafkaConsumer } from '@confluentinc/kafka-javascript'

const consumer = new KafkaConsumer({ 'group.id': 'orders', 'bootstrap.servers': 'localhost:9092' }, {})
const pool = new Pool()
consumer.connect()
consumer.on('data', async message => {
//                  ^^^^^^^^^^^^^^^^ auto-commit-before-output: @confluentinc/kafka-javascript stores a record's offset before the handler has run, so auto-commit may commit it before 'DELETE FROM carts' has. Turn auto-commit off and commit after the output.
  await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//      ^^^^^^^^^^ related: may not have run when the offset is committed
})

process.once('SIGTERM', () => consumer.disconnect())
