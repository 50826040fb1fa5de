const Kafka = require('node-rdkafka')
const { Pool } = require('pg')

const pool = new Pool()
const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, {})

consumer.on('ready', () => {
  consumer.subscribe(['orders'])
  consumer.consume()
})

/** What is called back commits, behind all that was written. */
consumer.on('data', record => {
  const values = [String(record.value)]
  pool.query('DELETE FROM carts WHERE id = $1', values, error => {
    if (error) throw error
    pool.query('DELETE FROM orders WHERE id = $1', values, (error2, result) => {
      if (error2) throw error2
      console.log(result.rowCount)
      consumer.commitMessage(record)
    })
  })
})

process.once('SIGTERM', () => consumer.disconnect())
