/** Exactly once in one transaction: nothing lost, nothing doubled, whatever dies. */
import { testKept } from './kept.ts'

testKept({ guarantee: 'transactional', store: 'sqlite', client: 'kafkajs', kills: 40 })
testKept({ guarantee: 'transactional', store: 'kafka', client: 'kafkajs', kills: 10 })
testKept({ guarantee: 'transactional', store: 'postgres', client: 'platformatic', kills: 10 })
// Zombies that work on after their session: only the compare-and-set, or the broker's fence, stands between them and a double.
testKept({ guarantee: 'transactional', store: 'sqlite', client: 'kafkajs', kills: 6, hasZombies: true })
testKept({ guarantee: 'transactional', store: 'kafka', client: 'kafkajs', kills: 6, hasZombies: true })
