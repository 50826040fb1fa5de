/** Exact positions, nothing reset, nothing aborted shown. */
import assert from 'node:assert/strict'
import type { KafkaConnection, KafkaProducer } from '../../../../runtime/src/clients/client.ts'
import { uniqueName } from '../../../harness/topics.ts'
import { until } from '../../../harness/until.ts'
import { fetchOnce, type Promised, readAll, type Stage, values } from '../stage.ts'

const numbered = (topic: string, count: number, partition = 0) =>
  Array.from({ length: count }, (_, index) => ({ topic, partition, key: `k${index}`, value: `${index}` }))

export const reading: readonly Promised[] = [
  {
    says: 'Fetches start at exactly the offset asked, and the next one follows without a gap or an overlap',
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      const producer = await connection.producer({})
      for (let part = 0; part < 4; part++) await producer.send(numbered(topic, 500))
      const seen: bigint[] = []
      for (let offset = 123n; offset < 2_000n; ) {
        const fetched = await fetchOnce(connection, { topic, partition: 0, offset, maxBytes: 4_000 })
        for (const { offset: next } of fetched.records) seen.push(next)
        offset = fetched.nextOffset
      }
      assert.deepEqual(
        seen,
        Array.from({ length: 1_877 }, (_, index) => BigInt(index + 123)),
      )
    },
  },
  {
    says: 'An offset outside the log is an error in its place; no position is reset, no committed offset is touched',
    closes: [1],
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection, 2)
      const producer = await connection.producer({})
      await producer.send([...numbered(topic, 10), ...numbered(topic, 10, 1)])
      const groupId = uniqueName('group')
      const member = await stage.join(connection, { groupId, topics: [topic] })
      await member.membership.commit([{ topic, partition: 0, offset: 99n }])
      const partitions = [
        { topic, partition: 0, offset: 99n, maxBytes: 1 << 20 },
        { topic, partition: 1, offset: 3n, maxBytes: 1 << 20 },
      ]
      const answers = await connection.fetch({
        partitions,
        isolation: 'read_committed',
        maxWaitMs: 100,
        minBytes: 1,
        maxBytes: 1 << 20,
      })
      const [lost, fine] = [0, 1].map(partition => answers.find(answer => answer.partition === partition))
      assert.equal(lost?.error?.code, 'OFFSET_OUT_OF_RANGE')
      assert.equal(lost?.nextOffset, 99n)
      assert.match(lost?.error?.message ?? '', new RegExp(`${topic}/0 on broker 127\\.0\\.0\\.1:\\d+, offset 99`))
      assert.deepEqual(values(fine?.records ?? []), ['3', '4', '5', '6', '7', '8', '9'])
      const [stored] = await connection.committedOffsets(groupId, [{ topic, partition: 0 }])
      assert.equal(stored?.offset, 99n)
    },
  },
  {
    says: 'A topic deleted and made anew under its name is not read from a position of the one before',
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      const at = { topic, partition: 0 }
      const produce = async (count: number) => (await connection.producer({})).send(numbered(topic, count))
      await produce(5)
      const topicId = (await connection.describeTopics([topic]))[0]?.topicId
      assert.equal((await fetchOnce(connection, { ...at, offset: 3n, topicId })).records.length, 2)
      // Another client does it, so that this one learns of it from the answers to its fetches alone.
      const other = await stage.connect()
      await other.deleteTopics([topic])
      await until('it is gone', async () => (await other.describeTopics([topic])).length === 0)
      await other.createTopics([{ topic, partitions: 1 }])
      await (await other.producer({})).send(numbered(topic, 10))
      const refused = await until('the fetch is refused', async () => {
        const fetched = await fetchOnce(connection, { ...at, offset: 5n, topicId })
        assert.deepEqual(fetched.records, [])
        return fetched.error?.code === 'RETRIABLE' ? undefined : fetched.error
      })
      assert.equal(refused.code, 'UNKNOWN_TOPIC_OR_PARTITION')
      assert.match(refused.message, /made anew/)
    },
  },
  {
    says: 'read_committed never shows aborted records, however transactions interleave',
    closes: [4],
    prove: proveAbortedHidden,
  },
  {
    says: 'One batch of 130,000 records is read whole',
    closes: [11],
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      const producer = await connection.producer({ compression: 'gzip', batchBytesMax: 32 << 20 })
      await producer.send(Array.from({ length: 130_000 }, () => ({ topic, partition: 0, value: 'x' })))
      const fetched = await fetchOnce(connection, { topic, partition: 0, offset: 0n, maxBytes: 32 << 20 })
      assert.equal(fetched.records.length, 130_000)
      assert.equal(fetched.records.at(-1)?.offset, 129_999n)
      assert.equal(fetched.nextOffset, 130_000n)
    },
  },
  {
    says: "Every codec of Kafka's Java producer is read, or refused by name",
    prove: proveCodecs,
  },
  {
    says: 'Key, value, headers and time of a record are those that were written, nulls included',
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      const producer = await connection.producer({})
      const bytes = Buffer.from([0, 255, 128, 7])
      await producer.send([
        { topic, partition: 0, key: null, value: null, timestampMs: 1_700_000_000_000 },
        {
          topic,
          partition: 0,
          key: bytes,
          value: 'é漢',
          headers: [
            ['a', bytes],
            ['a', null],
            ['', 'x'],
          ],
          timestampMs: 1_600_000_000_123,
        },
        { topic, partition: 0, key: '', value: '' },
      ])
      const [first, second, third] = await readAll(connection, { topic, partition: 0 })
      assert.deepEqual(
        [first?.key, first?.value, first?.headers, first?.timestampMs],
        [null, null, [], 1_700_000_000_000],
      )
      assert.deepEqual([second?.key, second?.valueText, second?.timestampMs], [bytes, 'é漢', 1_600_000_000_123])
      assert.deepEqual(second?.headers, [
        ['a', bytes],
        ['a', null],
        ['', Buffer.from('x')],
      ])
      assert.deepEqual([third?.key?.length, third?.value?.length], [0, 0])
    },
  },
  {
    says: 'What cannot be fetched says so in its place, and the other partitions are answered',
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      const producer = await connection.producer({})
      await producer.send(numbered(topic, 3))
      const ask = [`${topic}`, uniqueName('nowhere')].map(name => ({
        topic: name,
        partition: 0,
        offset: 0n,
        maxBytes: 1 << 20,
      }))
      const answers = await connection.fetch({
        partitions: ask,
        isolation: 'read_committed',
        maxWaitMs: 100,
        minBytes: 1,
        maxBytes: 1 << 20,
      })
      assert.equal(answers.find(answer => answer.topic === topic)?.records.length, 3)
      assert.equal(answers.find(answer => answer.topic !== topic)?.error?.code, 'UNKNOWN_TOPIC_OR_PARTITION')
    },
  },
  {
    says: 'A fetch that waits for data ends at once when its signal is aborted',
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      const stop = new AbortController()
      const partitions = [{ topic, partition: 0, offset: 0n, maxBytes: 1 << 20 }]
      const startedMs = performance.now()
      const fetching = connection.fetch({
        partitions,
        isolation: 'read_committed',
        maxWaitMs: 20_000,
        minBytes: 1,
        maxBytes: 1 << 20,
        signal: stop.signal,
      })
      setImmediate(() => stop.abort())
      await assert.rejects(fetching, { name: 'AbortError' })
      assert.ok(performance.now() - startedMs < 10_000)
    },
  },
  {
    says: 'Log start, last stable offset and high watermark are told apart while a transaction is open',
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      const at = { topic, partition: 0 }
      const plain = await connection.producer({})
      await plain.send(numbered(topic, 5))
      const open = await connection.producer({ transactionalId: uniqueName('open') })
      open.begin()
      await open.send(numbered(topic, 3))
      assert.deepEqual(await connection.logOffsets([at]), [
        { ...at, logStartOffset: 0n, lastStableOffset: 5n, highWatermark: 8n },
      ])
      await open.abort()
    },
  },
  {
    says: 'Offsets are found by time; beyond the last record there is none',
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      const producer = await connection.producer({})
      const times = [1_700_000_000_000, 1_700_000_001_000, 1_700_000_002_000]
      for (const timestampMs of times) await producer.send([{ topic, partition: 0, value: 'x', timestampMs }])
      const found = async (timestampMs: number) =>
        (await connection.offsetsForTime([{ topic, partition: 0 }], timestampMs))[0]?.offset
      assert.deepEqual(
        [await found(0), await found(1_700_000_000_001), await found(1_700_000_002_001)],
        [0n, 1n, undefined],
      )
    },
  },
]

async function proveAbortedHidden(stage: Stage): Promise<void> {
  const connection = await stage.connect()
  const topic = await stage.topic(connection)
  const at = { topic, partition: 0 }
  await interleaveTransactions(connection, topic)
  const all = ['a1', 'a2', 'c1', 'a3', 'a4', 'a5', 'c2']
  assert.deepEqual(values(await readAll(connection, at)), ['c1', 'c2'])
  assert.deepEqual(values(await readAll(connection, at, 'read_uncommitted')), all)
  // A fetch that starts amid the aborted ranges sees as little.
  const end = (await connection.logOffsets([at]))[0]?.highWatermark as bigint
  for (let from = 0n; from < end; from++) {
    const leaked = values(await readAll(connection, at, 'read_committed', from)).filter(value => value.startsWith('a'))
    assert.deepEqual(leaked, [], `from offset ${from}`)
  }
}

/** Three interleavings in partition 0; in each, `c` values are committed and `a` values aborted. */
export async function interleaveTransactions(connection: KafkaConnection, topic: string): Promise<void> {
  const open = (name: string) => connection.producer({ transactionalId: uniqueName(name) })
  const [one, two, three] = await Promise.all([open('one'), open('two'), open('three')])
  const send = (producer: KafkaProducer, value: string, key: Buffer | null = null) =>
    producer.send([{ topic, partition: 0, key, value }])
  // 1. Two are open, the second aborts first, and the first goes on.
  one.begin()
  await send(one, 'a1')
  two.begin()
  await send(two, 'a2')
  three.begin()
  await send(three, 'c1')
  await two.abort()
  await send(one, 'a3')
  await three.commit()
  await one.abort()
  // 2. A key that looks like an abort marker inside an aborted transaction.
  one.begin()
  await send(one, 'a4', Buffer.alloc(4))
  await send(one, 'a5')
  await one.abort()
  // 3. The same producer commits after it aborted.
  one.begin()
  await send(one, 'c2')
  await one.commit()
}

const codecNames = ['gzip', 'snappy', 'lz4', 'zstd']
const codecLines = Array.from({ length: 300 }, (_, index) => `${index} ${'again '.repeat(20)}`)
let codecTopics: Promise<readonly string[]> | undefined

async function proveCodecs(stage: Stage): Promise<void> {
  const connection = await stage.connect()
  codecTopics ??= produceWithJava(stage, connection)
  for (const [index, topic] of (await codecTopics).entries()) {
    const codec = codecNames[index] as string
    const fetched = await fetchOnce(connection, { topic, partition: 0, offset: 0n })
    if (stage.adapter.codecs.includes(codec)) assert.deepEqual(values(fetched.records), codecLines)
    else {
      assert.equal(fetched.error?.code, 'UNSUPPORTED_CODEC')
      assert.match(fetched.error?.message ?? '', new RegExp(`${topic}/0.*${codec}`))
      assert.equal(fetched.nextOffset, 0n)
    }
  }
}

/** A topic a codec, once for all adapters: what snappy and lz4 of Kafka's own producer look like no other witness knows as well. */
async function produceWithJava(stage: Stage, connection: KafkaConnection): Promise<readonly string[]> {
  const topics: string[] = []
  for (const codec of codecNames) {
    const topic = await stage.topic(connection)
    const flags = ['--bootstrap-server', stage.kafka.brokers.join(), '--topic', topic, '--compression-codec', codec]
    await stage.kafka.tool('org.apache.kafka.tools.ConsoleProducer', flags, { input: `${codecLines.join('\n')}\n` })
    topics.push(topic)
  }
  return topics
}
