/** Members frozen past their session and resumed: the case every other guarantee stands on. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { uniqueName } from '../../../harness/topics.ts'
import { until } from '../../../harness/until.ts'
import { type Promised, readAll, type Stage, values } from '../stage.ts'

export const zombies: readonly Promised[] = [
  {
    says: 'A member frozen past its session and resumed loses its partitions and commits nothing',
    async prove(stage) {
      const { topic, groupId, connection, zombie } = await freezeAndTakeOver(stage, 'commit')
      const [offset] = await connection.committedOffsets(groupId, [{ topic, partition: 0 }])
      assert.equal(offset?.offset, 20n)
      await zombie.resume()
      await until('it was refused', () => zombie.lines.includes('refused FENCED'))
      assert.ok(zombie.lines.includes('lost'))
      const [after] = await connection.committedOffsets(groupId, [{ topic, partition: 0 }])
      assert.equal(after?.offset, 20n)
    },
  },
  {
    says: "A frozen member's transaction is refused although its transactional id is its own",
    closes: [3],
    async prove(stage) {
      const { topic, groupId, connection, zombie } = await freezeAndTakeOver(stage, 'transaction')
      await zombie.resume()
      await until('it was refused', () => zombie.lines.includes('refused FENCED'))
      const [after] = await connection.committedOffsets(groupId, [{ topic, partition: 0 }])
      assert.equal(after?.offset, 20n)
      const out = { topic: `${topic}-out`, partition: 0 }
      assert.deepEqual(values(await readAll(connection, out)), ['living'])
      assert.deepEqual(values(await readAll(connection, out, 'read_uncommitted')), ['zombie', 'living'])
    },
  },
]

/** Another member takes over while the first is frozen, commits 20, and writes where the first has written. */
async function freezeAndTakeOver(stage: Stage, mode: 'commit' | 'transaction') {
  const connection = await stage.connect()
  const topic = await stage.topic(connection)
  await connection.createTopics([{ topic: `${topic}-out`, partitions: 1 }])
  const groupId = uniqueName('group')
  const zombie = startZombie(stage, topic, groupId, mode)
  await until('the first owns the partition', () => zombie.lines.includes('ready'), { deadlineMs: 60_000 })
  zombie.freeze()
  const second = await stage.join(connection, { groupId, topics: [topic] })
  await until('the second has taken over', () => second.owned.length === 1)
  const producer = await connection.producer({ transactionalId: uniqueName('living') })
  producer.begin()
  await producer.send([{ topic: `${topic}-out`, partition: 0, value: 'living' }])
  await producer.sendOffsets(second.membership.identity(), [{ topic, partition: 0, offset: 20n }])
  await producer.commit()
  return { topic, groupId, connection, zombie }
}

function startZombie(stage: Stage, topic: string, groupId: string, mode: string) {
  const script = join(import.meta.dirname, '..', 'zombie.ts')
  const args = ['--conditions=source', script, stage.adapter.name, stage.kafka.brokers.join(), topic, groupId, mode]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  stage.t.after(() => child.kill('SIGKILL'))
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', line => lines.push(line))
  return {
    lines,
    freeze: () => void child.kill('SIGSTOP'),
    /** It finds the line the moment it wakes: it acts before its first heartbeat is answered. */
    async resume() {
      child.stdin.write('go\n')
      child.kill('SIGCONT')
    },
  }
}
