/** An ordinary kafkajs consumer that commits by itself: before its work (`COMMITS=early`), after it (`late`), or never. */
import { Kafka, logLevel } from 'kafkajs'

const { BROKERS = '', TOPIC = '', GROUP = '', COMMITS = 'never' } = process.env
const kafka = new Kafka({ clientId: 'plain', brokers: BROKERS.split(','), logLevel: logLevel.ERROR })
const consumer = kafka.consumer({ groupId: GROUP })
await consumer.connect()
await consumer.subscribe({ topic: TOPIC, fromBeginning: true })
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch }) => {
    const offset = String(BigInt(batch.lastOffset()) + 1n)
    const commit = () => consumer.commitOffsets([{ topic: batch.topic, partition: batch.partition, offset }])
    if (COMMITS === 'early') await commit()
    for (const message of batch.messages) console.log(`handled ${message.value}.`)
    if (COMMITS === 'late') await commit()
  },
})
process.once('SIGTERM', () => void consumer.disconnect())
