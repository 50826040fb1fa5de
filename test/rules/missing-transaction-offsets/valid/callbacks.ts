import { promisify } from 'node:util'
import { KafkaConsumer, Producer } from 'node-rdkafka'

const config = { 'metadata.broker.list': 'localhost:9092' }
const consumer = new KafkaConsumer({ ...config, 'group.id': 'orders', 'enable.auto.commit': false }, {})
const producer = new Producer({ ...config, 'transactional.id': 'orders-0' })

consumer.on('data', ({ topic, partition, offset, value, key }) => {
  const abort = (reason: unknown) => producer.abortTransaction(5_000, () => console.error(reason))
  producer.beginTransaction(error => {
    if (error) throw error
    producer.produce('billing', null, value, key)
    producer.sendOffsetsToTransaction([{ topic, partition, offset: offset + 1 }], consumer, 5_000, unsent => {
      if (unsent) return abort(unsent)
      producer.commitTransaction(5_000, failed => {
        if (failed) abort(failed)
      })
    })
  })
})

const begin = promisify(producer.beginTransaction.bind(producer))
const send = promisify(producer.sendOffsetsToTransaction.bind(producer))
const commit = promisify(producer.commitTransaction.bind(producer))
const abort = promisify(producer.abortTransaction.bind(producer))

consumer.on('data', async ({ topic, partition, offset, value, key }) => {
  await begin()
  try {
    producer.produce('billing', null, value, key)
    await send([{ topic, partition, offset: offset + 1 }], consumer, 5_000)
    await commit(5_000)
  } catch (error) {
    await abort(5_000)
    throw error
  }
})

process.once('SIGTERM', () => consumer.disconnect())
