const { KafkaConsumer } = require('node-rdkafka')
const { Pool } = require('pg')

const pool = new Pool()
const consumer = new KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, { 'auto.offset.reset': 'earliest' })

consumer.on('ready', () => {
  consumer.subscribe(['orders'])
  next()
})

/** Each record is committed, and the next one asked for, when its output is done. */
function next() {
  consumer.consume(1, (error, messages) => {
    if (error || messages.length === 0) {
      setTimeout(next, 1_000)
      return
    }
    const [message] = messages
    pool
      .query('DELETE FROM carts WHERE id = $1', [String(message.key)])
      .then(() => consumer.commitMessage(message))
      .then(next)
      .catch(() => process.exit(1))
  })
}

process.once('SIGTERM', () => consumer.disconnect())
