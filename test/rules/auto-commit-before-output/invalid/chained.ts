import { KafkaConsumer } from 'node-rdkafka'
import { Pool } from 'pg'

const pool = new Pool()

const consumer = new KafkaConsumer({ 'group.id': 'orders', 'metadata.broker.list': 'localhost:9092' }, {}).connect()

consumer
  .on('ready', () => {
    consumer.subscribe(['orders'])
    consumer.consume()
  })
  .on('event.error', error => console.error(error))
  .on('data', async message => {
//            ^^^^^^^^^^^^^^^^ auto-commit-before-output: node-rdkafka stores a record's offset before the handler has run, so auto-commit may commit it before 'DELETE FROM carts' has. Turn auto-commit off and commit after the output.
    await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//        ^^^^^^^^^^ related: may not have run when the offset is committed
  })

process.once('SIGTERM', () => consumer.disconnect())
