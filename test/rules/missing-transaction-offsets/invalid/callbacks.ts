import { promisify } from 'node:util'
import { KafkaConsumer, Producer } from 'node-rdkafka'

const config = { 'metadata.broker.list': 'localhost:9092' }
const consumer = new KafkaConsumer({ ...config, 'group.id': 'orders', 'enable.auto.commit': false }, {})
const producer = new Producer({ ...config, 'transactional.id': 'orders-0' })

consumer.on('data', order => {
  producer.beginTransaction(error => {
//^^^^^^^^^^^^^^^^^^^^^^^^^ missing-transaction-offsets: The transaction holds the results but not the consumed offsets, so a crash between its commit and that of the offsets doubles the results. Call producer.sendOffsetsToTransaction(offsets, consumer, …) before the commit.
    if (error) throw error
    producer.produce('billing', null, order.value, order.key)
    producer.commitTransaction(5_000, failed => {
      if (failed) producer.abortTransaction(5_000, () => console.error(failed))
    })
  })
})

const begin = promisify(producer.beginTransaction.bind(producer))
const send = promisify(producer.sendOffsetsToTransaction.bind(producer))
const commit = promisify(producer.commitTransaction.bind(producer))

/** Nothing aborts it. */
consumer.on('data', async ({ topic, partition, offset, value, key }) => {
  await begin()
//      ^^^^^ missing-transaction-offsets: Nothing aborts this transaction when a send fails, so it stays open until it times out, and readers of committed records wait for it. Abort it in a catch, and throw the error again.
  producer.produce('billing', null, value, key)
  await send([{ topic, partition, offset: offset + 1 }], consumer, 5_000)
  await commit(5_000)
})

process.once('SIGTERM', () => consumer.disconnect())
