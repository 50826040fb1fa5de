/** What a user would write by hand against kafkajs. */
import { Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import { uniqueName } from '../../harness/topics.ts'
import type { Meter } from './meter.ts'
import { copyOf, type Order, type Task } from './orders.ts'

/** The same as the runtime asks for: 1 MiB a partition, 32 MiB in all. */
const sameSizes = { maxBytesPerPartition: 1 << 20, maxBytes: 32 << 20, maxWaitTimeInMs: 250 }
/** What made kafkajs fastest when it was tuned by hand. */
const largeSizes = { ...sameSizes, maxBytesPerPartition: 4 << 20 }
const recordsPerTransaction = 1_000

export function connectKafkajs(brokers: readonly string[]): Kafka {
  return new Kafka({ clientId: 'bench', brokers: [...brokers], logLevel: logLevel.NOTHING })
}

export async function readWithKafkajs(who: string, isParsed: boolean, task: Task, meter: Meter): Promise<void> {
  const consumer = connectKafkajs(task.brokers).consumer({
    groupId: uniqueName('bench'),
    ...(who.includes('same sizes') ? sameSizes : who.includes('4 MiB') ? largeSizes : {}),
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [task.topic], fromBeginning: true })
  const use = ({ value }: KafkaMessage) => {
    if (isParsed) meter.add(JSON.parse((value as Buffer).toString()) as Order)
    meter.seen++
  }
  await new Promise<void>(done => {
    const each = who.includes('eachMessage')
      ? {
          eachMessage: async ({ message }: { message: KafkaMessage }) => {
            meter.begin()
            use(message)
            if (meter.isDone) done()
          },
        }
      : {
          eachBatch: async ({ batch }: { batch: { messages: KafkaMessage[] } }) => {
            meter.begin()
            for (const message of batch.messages) use(message)
            if (meter.isDone) done()
          },
        }
    void consumer.run(each)
  })
  meter.finish(isParsed ? meter.totalCents : undefined)
}

/** Consume, transform, produce, with a transaction and its offsets for every 1,000 records. */
export async function copyWithKafkajs(task: Task, meter: Meter): Promise<void> {
  const kafka = connectKafkajs(task.brokers)
  const groupId = uniqueName('bench')
  const outTopic = uniqueName('bench-out')
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: outTopic, numPartitions: task.partitions }] })
  await admin.disconnect()
  const producer = kafka.producer({ transactionalId: uniqueName('bench'), idempotent: true, maxInFlightRequests: 1 })
  const consumer = kafka.consumer({ groupId, ...sameSizes })
  await Promise.all([producer.connect(), consumer.connect()])
  await consumer.subscribe({ topics: [task.topic], fromBeginning: true })
  await new Promise<void>(done => {
    void consumer.run({
      autoCommit: false,
      // One transactional id cannot have two transactions open, so partitions take turns.
      partitionsConsumedConcurrently: 1,
      eachBatch: async ({ batch }) => {
        meter.begin()
        for (let from = 0; from < batch.messages.length && !meter.isDone; from += recordsPerTransaction) {
          const part = batch.messages.slice(from, from + recordsPerTransaction)
          const messages = part.map(({ value }) => copyOf(JSON.parse((value as Buffer).toString()) as Order))
          const transaction = await producer.transaction()
          await transaction.send({ topic: outTopic, messages })
          const offset = `${Number(part.at(-1)?.offset) + 1}`
          await transaction.sendOffsets({
            consumerGroupId: groupId,
            topics: [{ topic: task.topic, partitions: [{ partition: batch.partition, offset }] }],
          })
          await transaction.commit()
          meter.seen = Math.min(task.records, meter.seen + part.length)
          meter.committed()
        }
        if (meter.isDone) done()
      },
    })
  })
  meter.finish()
}
