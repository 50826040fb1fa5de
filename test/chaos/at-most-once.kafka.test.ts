/** At most once: nothing doubled, whatever dies. */
import { testKept } from './kept.ts'

testKept({ guarantee: 'at-most-once', store: 'sqlite', client: 'kafkajs', kills: 40 })
testKept({ guarantee: 'at-most-once', store: 'zookeeper', client: 'kafkajs', kills: 10 })
