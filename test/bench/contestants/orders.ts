/** The records that all contestants read, and what their sums must be. */
import type { KafkaConnection } from '../../../runtime/src/clients/client.ts'
import { uniqueName } from '../../harness/topics.ts'

export interface Orders {
  readonly topic: string
  readonly partitions: number
  readonly records: number
  readonly bytesPerRecord: number
  readonly totalCents: number
}

export interface Order {
  readonly customer: string
  readonly amountCents: number
}

/** What a contestant is given. */
export interface Task extends Orders {
  readonly brokers: readonly string[]
  /** A path of its own for files. */
  readonly scratch: string
}

const partitions = 4
const customers = 1_000
const recordsPerSend = 20_000
const padding = 'x'.repeat(120)

/** Produces the orders once, to a topic of their own. */
export async function feed(brokers: readonly string[], records: number): Promise<Orders> {
  const topic = await makeTopic(brokers)
  const { bytes, totalCents } = await feedInto(brokers, topic, records)
  return { topic, partitions, records, bytesPerRecord: Math.round(bytes / records), totalCents }
}

export async function makeTopic(brokers: readonly string[]): Promise<string> {
  const connection = await connect(brokers)
  const topic = uniqueName('bench-orders')
  await connection.createTopics([{ topic, partitions }])
  await connection.close()
  return topic
}

export async function feedInto(
  brokers: readonly string[],
  topic: string,
  records: number,
): Promise<{ readonly bytes: number; readonly totalCents: number }> {
  const connection = await connect(brokers)
  const producer = await connection.producer({})
  let totalCents = 0
  let bytes = 0
  for (let from = 0; from < records; from += recordsPerSend) {
    const batch = Array.from({ length: Math.min(recordsPerSend, records - from) }, (_, index) => {
      const number = from + index
      const amountCents = (number * 7_919) % 100_000
      totalCents += amountCents
      const value = JSON.stringify({
        id: `order-${number}`,
        customer: `customer-${number % customers}`,
        amountCents,
        note: padding,
      })
      bytes += value.length
      return { topic, partition: number % partitions, value }
    })
    await producer.send(batch)
  }
  await producer.close()
  await connection.close()
  return { bytes, totalCents }
}

async function connect(brokers: readonly string[]): Promise<KafkaConnection> {
  const [{ kafkajs }, { connectKafkajs }] = await Promise.all([
    import('@tidemark/runtime/clients/kafkajs'),
    import('./bareKafkajs.ts'),
  ])
  return kafkajs(connectKafkajs(brokers)).connect()
}

/** What the pipelines that write to another topic make of an order. */
export function copyOf({ customer, amountCents }: Order): { key: string; value: string } {
  return { key: customer, value: JSON.stringify({ customer, amountCents }) }
}
