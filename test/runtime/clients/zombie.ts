/**
 * A member in a process of its own, so that a test can freeze it: `zombie.ts <adapter> <brokers> <topic> <groupId> <mode>`.
 *
 * Says what happens as lines on standard output, and goes on when told to by a line on standard input:
 * - `commit`: owns the topic, says `ready`, waits, then commits offset 10
 * - `transaction`: owns the topic, sends `zombie` to `<topic>-out` in a transaction with an id of its own, says `ready`,
 *   waits, then adds its offsets and commits
 */
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { uniqueName } from '../../harness/topics.ts'
import { adapters } from './stage.ts'

const [name, brokers, topic, groupId, mode] = process.argv.slice(2) as [string, string, string, string, string]
const say = (line: string) => process.stdout.write(`${line}\n`)
const adapter = adapters.find(candidate => candidate.name === name)
const connection = await (adapter as (typeof adapters)[0] & object).client(brokers.split(',')).connect()
const input = createInterface({ input: process.stdin })

const producer =
  mode === 'transaction' ? await connection.producer({ transactionalId: uniqueName('zombie') }) : undefined
let assigned = () => {}
const isAssigned = new Promise<void>(resolve => {
  assigned = resolve
})
const membership = await connection.join({
  groupId,
  topics: [topic],
  sessionTimeoutMs: 6_000,
  rebalanceTimeoutMs: 6_000,
  heartbeatIntervalMs: 500,
  onAssigned: async () => assigned(),
  onRevoked: async () => {},
  onLost: () => say('lost'),
  onError: error => say(`error ${error.message}`),
})
await isAssigned
const identity = membership.identity()
producer?.begin()
await producer?.send([{ topic: `${topic}-out`, partition: 0, value: 'zombie' }])
say('ready')
await once(input, 'line')
const offsets = [{ topic, partition: 0, offset: 10n }]
try {
  if (producer) {
    // As a program would that has read its identity before it was frozen: only the coordinator can refuse it.
    await producer.sendOffsets(identity, offsets)
    await producer.commit()
  } else await membership.commit(offsets)
  say('committed')
} catch (error) {
  say(`refused ${error instanceof Error && 'code' in error ? error.code : error}`)
  await producer?.abort().catch(() => {})
}
await connection.close()
process.exit(0)
