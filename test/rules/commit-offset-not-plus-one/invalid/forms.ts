// @docs
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    await consumer.commitOffsets([{ topic, partition, offset: message.offset }])
//                                                            ^^^^^^^^^^^^^^ commit-offset-not-plus-one: 'message.offset' is the offset of the record just read; 'consumer.commitOffsets' expects that of the next one, so this record is delivered again after every restart. Commit the offset plus one.
    await consumer.commitOffsets([{ topic, partition, offset: message.offset + 1 }])
//                                                            ^^^^^^^^^^^^^^^^^^ commit-offset-not-plus-one: Offsets are strings here, so 'message.offset + 1' appends: '41' becomes '411', and the records between are skipped. Add to a BigInt: (BigInt(offset) + 1n).toString().
    const { offset } = message
    await consumer.commitOffsets([{ topic, partition, offset }])
//                                                    ^^^^^^ commit-offset-not-plus-one: 'offset' is the offset of the record just read; 'consumer.commitOffsets' expects that of the next one, so this record is delivered again after every restart. Commit the offset plus one.
    const list = [{ topic, partition, offset: String(message.offset) }]
//                                            ^^^^^^^^^^^^^^^^^^^^^^ commit-offset-not-plus-one: 'String(message.offset)' is the offset of the record just read; 'consumer.commitOffsets' expects that of the next one, so this record is delivered again after every restart. Commit the offset plus one.
    await consumer.commitOffsets(list)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
