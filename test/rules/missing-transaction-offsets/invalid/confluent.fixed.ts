import { KafkaJS } from '@confluentinc/kafka-javascript'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders', autoCommit: false } })
const producer = kafka.producer({ kafkaJS: { transactionalId: 'orders' } })

await consumer.run({
  eachMessage: async ({ topic, partition, message }) => {
    const transaction = await producer.transaction()
    try {
      await transaction.send({ topic: 'enriched', messages: [{ key: message.key, value: message.value }] })
      await transaction.sendOffsets({
        consumer,
        topics: [{ topic, partitions: [{ partition, offset: (BigInt(message.offset) + 1n).toString() }] }],
      })
      await transaction.commit()
    } catch (error) {
      await transaction.abort()
      throw error
    }
  },
})

/** In a class: by the arrow's own `this`. */
class Enricher {
  readonly consumer = kafka.consumer({ kafkaJS: { groupId: 'carts', autoCommit: false } })

  async start(): Promise<void> {
    await this.consumer.run({
      eachBatch: async ({ batch }) => {
        const tx = await producer.transaction()
        try {
          await tx.send({ topic: 'enriched', messages: batch.messages.map(({ key, value }) => ({ key, value })) })
          await tx.sendOffsets({
            consumer: this.consumer,
            topics: [{ topic: batch.topic, partitions: [{ partition: batch.partition, offset: (BigInt(batch.lastOffset()) + 1n).toString() }] }],
          })
          await tx.commit()
        } catch (error) {
          await tx.abort()
          throw error
        }
      },
    })
    process.once('SIGTERM', () => void this.consumer.disconnect())
  }
}
await new Enricher().start()

/** A handler of its own, which any consumer may be given: nothing to write. */
async function enrich({ message }: KafkaJS.EachMessagePayload): Promise<void> {
  const transaction = await producer.transaction()
  try {
    await transaction.send({ topic: 'enriched', messages: [{ value: message.value }] })
    await transaction.commit()
  } catch (error) {
    await transaction.abort()
    throw error
  }
}
async function start(): Promise<void> {
  const own = kafka.consumer({ kafkaJS: { groupId: 'prices', autoCommit: false } })
  await own.run({ eachMessage: enrich })
  process.once('SIGTERM', () => void own.disconnect())
}
await start()

process.once('SIGTERM', () => void consumer.disconnect())
