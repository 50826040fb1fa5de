// @docs
const Kafka = require('node-rdkafka')
const { Pool } = require('pg')

const pool = new Pool()
const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, {})
consumer.on('data', async message => {
  await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
  consumer.commitMessage(message)
})

const stored = new Kafka.KafkaConsumer({ 'group.id': 'other', 'enable.auto.offset.store': false }, {})
stored.on('data', async message => {
  await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
  stored.offsetsStore([{ topic: message.topic, partition: message.partition, offset: message.offset + 1 }])
})
process.once('SIGTERM', () => consumer.disconnect())
