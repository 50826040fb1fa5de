import { type EachBatchPayload, Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const producer = kafka.producer({ transactionalId: 'orders', idempotent: true, maxInFlightRequests: 1 })

await consumer.run({
  eachBatchAutoResolve: false,
  eachBatch: async (payload: EachBatchPayload) => {
    const { batch } = payload
    const tx = await producer.transaction()
//                   ^^^^^^^^^^^^^^^^^^^^ missing-transaction-offsets: The transaction holds the results but not the consumed offsets, so a crash between its commit and that of the offsets doubles the results. Add transaction.sendOffsets({ consumerGroupId, topics }) before the commit.
    try {
      // All of them, or none.
      await tx.send({ topic: 'enriched', messages: batch.messages.map(({ key, value }) => ({ key, value })) })
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
//                   ^^^^^^^^^^^^^^^^^^^^ missing-transaction-offsets: Nothing aborts this transaction when a send fails, so it stays open until it times out, and readers of committed records wait for it. Abort it in a catch, and throw the error again.

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
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
