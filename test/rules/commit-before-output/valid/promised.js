const bluebird = require('bluebird')
const { KafkaConsumer } = require('node-rdkafka')
const { Pool } = require('pg')

const pool = new Pool()
const consumer = bluebird.promisifyAll(new KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, {}))
const remove = message => pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])

async function read() {
  await consumer.connectAsync()
  for (;;) {
    const messages = await consumer.consumeAsync(10)
    await Promise.all(messages.map(remove))
    await consumer.commitAsync(messages.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset + 1 })))
  }
}
read()

process.once('SIGTERM', () => consumer.disconnect())
