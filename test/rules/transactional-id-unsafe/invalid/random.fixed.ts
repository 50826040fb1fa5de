// @docs
import { randomUUID } from 'node:crypto'
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
export const producer = kafka.producer({ transactionalId: `orders-${randomUUID()}`, maxInFlightRequests: 1 })
export const fast = kafka.producer({
  transactionalId: 'orders',
  maxInFlightRequests: 1, // for speed
  idempotent: true,
})
