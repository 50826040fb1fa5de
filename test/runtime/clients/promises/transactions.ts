/** All or nothing, whatever happens to the replies. */
import assert from 'node:assert/strict'
import { apiKeys, useProxy } from '../../../harness/proxy.ts'
import { uniqueName } from '../../../harness/topics.ts'
import { type Promised, readAll, type Stage, values } from '../stage.ts'

export const transactions: readonly Promised[] = [
  {
    says: 'A lost reply to a commit is settled: the commit resolves, its records are there once, the next transaction works',
    closes: [7],
    async prove(stage) {
      const { connection, topic, producer, member, proxy } = await prepare(stage)
      const at = { topic, partition: 0 }
      const lost = new Set<number>()
      proxy.judge(({ apiKey }) => {
        const isTarget = apiKey === apiKeys.endTxn || apiKey === apiKeys.txnOffsetCommit
        if (!isTarget || lost.has(apiKey)) return 'pass'
        lost.add(apiKey)
        return 'loseReply'
      })
      producer.begin()
      await producer.send([{ ...at, value: 'first' }])
      await producer.sendOffsets(member.membership.identity(), [{ ...at, offset: 1n, metadata: 'with it' }])
      await producer.commit()
      assert.deepEqual(
        [...lost].toSorted((a, b) => a - b),
        [apiKeys.endTxn, apiKeys.txnOffsetCommit],
      )
      producer.begin()
      await producer.send([{ ...at, value: 'second' }])
      await producer.commit()
      assert.deepEqual(values(await readAll(connection, at)), ['first', 'second'])
      const [stored] = await connection.committedOffsets(member.membership.groupId, [at])
      assert.deepEqual([stored?.offset, stored?.metadata], [1n, 'with it'])
    },
  },
  {
    says: 'Aborted: neither records nor offsets remain; a transaction with nothing in it ends quietly',
    async prove(stage) {
      const { connection, topic, producer, member } = await prepare(stage)
      const at = { topic, partition: 0 }
      producer.begin()
      await producer.commit()
      producer.begin()
      await producer.send([{ ...at, value: 'gone' }])
      await producer.sendOffsets(member.membership.identity(), [{ ...at, offset: 9n }])
      await producer.abort()
      assert.deepEqual(values(await readAll(connection, at)), [])
      assert.equal((await connection.committedOffsets(member.membership.groupId, [at]))[0]?.offset, undefined)
    },
  },
  {
    says: 'A transaction in which a send failed cannot be committed',
    async prove(stage) {
      const { connection, topic, producer } = await prepare(stage)
      const at = { topic, partition: 0 }
      producer.begin()
      await producer.send([{ ...at, value: 'small' }])
      await assert.rejects(producer.send([{ ...at, value: 'x'.repeat(3_000_000) }]), { code: 'RECORD_TOO_LARGE' })
      await assert.rejects(producer.commit(), { code: 'RECORD_TOO_LARGE' })
      await producer.abort()
      assert.deepEqual(values(await readAll(connection, at)), [])
    },
  },
  {
    says: 'A second producer with the same transactional id fences the first and ends what it left open',
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      const at = { topic, partition: 0 }
      const transactionalId = uniqueName('same')
      const first = await connection.producer({ transactionalId })
      first.begin()
      await first.send([{ ...at, value: 'left open' }])
      const second = await connection.producer({ transactionalId })
      await assert.rejects(first.commit(), { code: 'FENCED' })
      second.begin()
      await second.send([{ ...at, value: 'good' }])
      await second.commit()
      assert.ok(second.epoch > first.epoch)
      assert.deepEqual(values(await readAll(connection, at)), ['good'])
    },
  },
  {
    says: 'A commit whose outcome cannot be learnt is told as unknown',
    async prove(stage) {
      const { connection, topic, producer, proxy } = await prepare(stage, { deliveryTimeoutMs: 500 })
      const at = { topic, partition: 0 }
      producer.begin()
      await producer.send([{ ...at, value: 'committed all the same' }])
      proxy.judge(({ apiKey }) => (apiKey === apiKeys.endTxn ? 'loseReply' : 'pass'))
      await assert.rejects(producer.commit(), { code: 'COMMIT_UNKNOWN' })
      proxy.judge(() => 'pass')
      assert.throws(() => producer.begin(), { code: 'PRODUCE_FAILED' })
      assert.deepEqual(values(await readAll(connection, at)), ['committed all the same'])
    },
  },
]

async function prepare(stage: Stage, options: { deliveryTimeoutMs?: number } = {}) {
  const proxy = await useProxy(stage.t, stage.kafka.brokers)
  const connection = await stage.connect(proxy.brokers)
  const topic = await stage.topic(connection)
  const member = await stage.join(connection, { groupId: uniqueName('group'), topics: [topic] })
  const producer = await connection.producer({ transactionalId: uniqueName('tx'), ...options })
  return { proxy, connection, topic, member, producer }
}
