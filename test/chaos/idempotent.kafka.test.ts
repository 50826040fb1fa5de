/** Idempotent: what is written again has the same key, so that nothing is lost and nothing counts twice. */
import { testKept } from './kept.ts'

testKept({ guarantee: 'idempotent', store: 'sqlite', client: 'kafkajs', kills: 40 })
testKept({ guarantee: 'idempotent', store: 'checkpoint', client: 'kafkajs', kills: 10 })
// Zombies that would run a batch under an id of their own.
testKept({ guarantee: 'idempotent', store: 'sqlite', client: 'kafkajs', kills: 4, hasZombies: true })
