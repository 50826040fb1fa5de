// @docs
import { randomUUID } from 'node:crypto'
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: `orders-${randomUUID()}`, brokers: ['localhost:9092'] })
export const producerOf = (group: string, topic: string, partition: number) =>
  kafka.producer({ transactionalId: `${group}-${topic}-${partition}`, maxInFlightRequests: 1, idempotent: true })
// Not transactional: many in flight are fine.
export const plain = kafka.producer({ maxInFlightRequests: 5 })
