const Kafka = require('node-rdkafka')
const mysql = require('mysql2')

const db = mysql.createPool({ host: 'localhost' })
const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, {})

consumer.on('ready', () => {
  consumer.subscribe(['orders'])
  consumer.consume()
})

/** Committed all the same. */
consumer.on('data', record => {
  db.query('REPLACE INTO orders VALUES (?)', [String(record.value)], error => {
//^^^^^^^^ related: may fail
//                                                                   ^^^^^^^^ swallowed-error: A failure of 'REPLACE INTO orders' is told to this callback and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
    if (error) console.error(error)
    consumer.commitMessage(record)
  })
})

/** Left out, and the commit of the next record passes over it. */
const archive = new Kafka.KafkaConsumer({ 'group.id': 'archive', 'enable.auto.commit': false }, {})
archive.on('ready', () => {
  archive.subscribe(['orders'])
  archive.consume()
})
archive.on('data', record => {
  db.query('REPLACE INTO archive VALUES (?)', [String(record.value)], (err, result) => {
//^^^^^^^^ related: may fail
//                                                                    ^^^^^^^^^^^^^^^^ swallowed-error: A failure of 'REPLACE INTO archive' is told to this callback and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
    if (err !== null) {
      console.error(err)
      return
    }
    console.log(result)
    archive.commitMessage(record)
  })
})

/** Not even looked at. */
const audit = new Kafka.KafkaConsumer({ 'group.id': 'audit', 'enable.auto.commit': false }, {})
audit.on('ready', () => {
  audit.subscribe(['orders'])
  audit.consume()
})
audit.on('data', record => {
  db.query('REPLACE INTO audit VALUES (?)', [String(record.value)], () => audit.commitMessage(record))
//^^^^^^^^ related: may fail
//                                                                  ^^^^^ swallowed-error: A failure of 'REPLACE INTO audit' is told to this callback and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
})

process.once('SIGTERM', () => {
  for (const one of [consumer, archive, audit]) one.disconnect()
})
