import { type EachBatchPayload, Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer({ transactionalId: 'orders', idempotent: true, maxInFlightRequests: 1 })

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async (payload: EachBatchPayload) => {
    const { batch } = payload
    const tx = await producer.transaction()
    try {
      // All of them, or none.
      await tx.send({ topic: 'enriched', messages: batch.messages.map(({ key, value }) => ({ key, value })) })
      await tx.sendOffsets({
        consumerGroupId: 'orders',
        topics: [{ topic: payload.batch.topic, partitions: [{ partition: payload.batch.partition, offset: (BigInt(payload.batch.lastOffset()) + 1n).toString() }] }],
      })
      await tx.commit() // visible from here
    } catch (error) {
      await tx.abort()
      throw error
    }
  },
})

await consumer.run({
  autoCommit: false,
  eachMessage: async ({ topic, partition, message }) => {
    if (message.value === null) return
    const tx = await producer.transaction()

    try {
      // The result,
      await tx.send({
        topic: 'enriched',
        messages: [message],
      })
      // and where to go on.
      await tx.sendOffsets({
        consumerGroupId: 'orders',
        topics: [{ topic, partitions: [{ partition, offset: (BigInt(message.offset) + 1n).toString() }] }],
      })
      await tx.commit()
    } catch (error) {
      await tx.abort()
      throw error
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
