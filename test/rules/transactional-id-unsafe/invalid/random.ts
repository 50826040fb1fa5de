// @docs
import { randomUUID } from 'node:crypto'
import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
export const producer = kafka.producer({ transactionalId: `orders-${randomUUID()}`, maxInFlightRequests: 1 })
//                                                        ^^^^^^^^^^^^^^^^^^^^^^^^ transactional-id-unsafe: 'randomUUID()' makes another transactional id on every start, so the broker cannot fence the instance before. Derive it from group, topic and partition.
//                                                                  ^^^^^^^^^^^^ related: differs on every start
export const fast = kafka.producer({
  transactionalId: 'orders',
  maxInFlightRequests: 5, // for speed
//                     ^ transactional-id-unsafe: 5 requests in flight: after an error the client may send them in another order under the same sequence numbers. Set maxInFlightRequests: 1.
  idempotent: true,
})
