/** At least once: nothing lost, whatever dies. */
import { testKept } from './kept.ts'

testKept({ guarantee: 'at-least-once', store: 'sqlite', client: 'kafkajs', kills: 40 })
testKept({ guarantee: 'at-least-once', store: 'kafka', client: 'platformatic', kills: 10 })
