const { Kafka } = require('kafkajs')
const Rdkafka = require('node-rdkafka')
const mysql = require('mysql2')

const db = mysql.createPool({ host: 'localhost' })
const consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })

consumer.run({
  eachMessage: async ({ message }) => {
    db.query('REPLACE INTO orders VALUES (?)', [String(message.value)], (error, result) => {
//  ^^^^^^^^ unawaited-output: Nobody waits for the function that is called back, so the offset is committed whatever becomes of 'REPLACE INTO orders'. Await a promise of it, or commit in the function.
      if (error) console.error(error)
      else console.log(result)
    })
  },
})

/** Committed before. */
const native = new Rdkafka.KafkaConsumer({ 'group.id': 'native', 'enable.auto.commit': false }, {})
native.on('ready', () => {
  native.subscribe(['orders'])
  native.consume()
})
native.on('data', record => {
  native.commitMessage(record)
  db.query('REPLACE INTO orders VALUES (?)', [String(record.value)], error => {
//^^^^^^^^ unawaited-output: Nobody waits for the function that is called back, so the offset is committed whatever becomes of 'REPLACE INTO orders'. Await a promise of it, or commit in the function.
    if (error) throw error
  })
})

process.once('SIGTERM', () => {
  consumer.disconnect()
  native.disconnect()
})
