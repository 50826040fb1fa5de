const fs = require('node:fs')
const { Kafka: KafkaJs } = require('kafkajs')
const Kafka = require('node-rdkafka')
const mysql = require('mysql2')

const db = mysql.createPool({ host: 'localhost' })
const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, {})

consumer.on('ready', () => {
  consumer.subscribe(['orders'])
  consumer.consume()
})

/** An error ends the process; the commit stands behind the last output. */
consumer.on('data', record => {
  db.query('REPLACE INTO orders VALUES (?)', [String(record.value)], err => {
    if (err) throw err
    db.query('REPLACE INTO audit VALUES (?)', [String(record.value)], err2 => {
      if (err2) throw err2
      consumer.commitMessage(record)
    })
  })
})

/** By the name of a function; the other arm first. */
const files = new Kafka.KafkaConsumer({ 'group.id': 'files', 'enable.auto.commit': false }, {})
files.on('ready', () => {
  files.subscribe(['orders'])
  files.consume()
})
files.on('data', record => {
  const written = error => {
    if (!error) files.commitMessage(record)
    else process.exit(1)
  }
  fs.writeFile(`orders/${record.offset}`, record.value, written)
})

/** A promise is settled in it, and the handler waits for that. */
const sums = new KafkaJs({ brokers: ['localhost:9092'] }).consumer({ groupId: 'sums' })
const query = (sql, values) =>
  new Promise((resolve, reject) => {
    db.query(sql, values, (error, rows) => {
      if (error) return reject(error)
      resolve(rows)
    })
  })
sums.run({
  eachMessage: async ({ message }) => {
    await query('REPLACE INTO sums VALUES (?)', [String(message.value)])
  },
})

process.once('SIGTERM', () => {
  for (const one of [consumer, files, sums]) one.disconnect()
})
