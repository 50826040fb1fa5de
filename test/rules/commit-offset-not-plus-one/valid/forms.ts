// @docs
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

import type { KafkaMessage } from 'kafkajs'

const next = (offset: string) => (BigInt(offset) + 1n).toString()
const committed = (topic: string, partition: number, offset: string) => [{ topic, partition, offset }]

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    await consumer.commitOffsets([{ topic, partition, offset: (BigInt(message.offset) + BigInt(1)).toString() }])
    await consumer.commitOffsets([{ topic, partition, offset: String(Number(message.offset) + 1) }])
    await consumer.commitOffsets([{ topic, partition, offset: next(message.offset) }])
    // The helper passes on what its caller has counted up.
    await consumer.commitOffsets(committed(topic, partition, next(message.offset)))
  },
})

await consumer.run({
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    for (const message of batch.messages) {
      resolveOffset(message.offset)
      await heartbeat()
    }
  },
})

export const keep = (message: KafkaMessage) => message.offset

process.once('SIGTERM', () => void consumer.disconnect())
