// @docs
const Kafka = require('node-rdkafka')
const { Pool } = require('pg')

const pool = new Pool()
const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': true }, {})
//                                                                                     ^^^^ auto-commit-before-output: node-rdkafka stores a record's offset before the handler has run, so auto-commit may commit it before 'DELETE FROM carts' has. Turn auto-commit off and commit after the output.
consumer.on('data', async message => {
  await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//      ^^^^^^^^^^ related: may not have run when the offset is committed
})
process.once('SIGTERM', () => consumer.disconnect())
