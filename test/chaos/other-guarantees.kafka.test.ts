/** The other guarantees: each keeps what it promises, and promises no more. */
import { testKept } from './kept.ts'

testKept({ guarantee: 'idempotent', store: 'sqlite', client: 'kafkajs', kills: 20 })
testKept({ guarantee: 'at-least-once', store: 'sqlite', client: 'kafkajs', kills: 20 })
testKept({ guarantee: 'at-most-once', store: 'sqlite', client: 'kafkajs', kills: 20 })
testKept({ guarantee: 'at-least-once', store: 'kafka', client: 'platformatic', kills: 10 })
testKept({ guarantee: 'idempotent', store: 'checkpoint', client: 'kafkajs', kills: 10 })
testKept({ guarantee: 'at-most-once', store: 'zookeeper', client: 'kafkajs', kills: 10 })
