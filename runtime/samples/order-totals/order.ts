/** What both pipelines and the producer agree on. */
import { Kafka, logLevel } from 'kafkajs'

export interface Order {
  readonly id: string
  readonly customer: string
  /** Whole cents, so that totals compare exactly. */
  readonly amountCents: number
}

export const topic = process.env.TIDEMARK_TOPIC ?? 'orders'
export const groupId = process.env.TIDEMARK_GROUP ?? 'order-totals'
export const databasePath = process.env.TIDEMARK_DATABASE ?? 'order-totals.db'
/**
 * Static membership: an instance that dies and comes back under the same name goes on at once, where a nameless one waits until the
 * group has given up its dead self. Each instance needs a name of its own.
 */
export const instance = process.env.TIDEMARK_INSTANCE ? { groupInstanceId: process.env.TIDEMARK_INSTANCE } : {}

export const kafka = new Kafka({
  clientId: 'order-totals',
  brokers: (process.env.TIDEMARK_BROKERS ?? 'localhost:9092').split(','),
  logLevel: logLevel.NOTHING,
})
