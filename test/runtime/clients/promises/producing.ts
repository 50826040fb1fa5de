/** What was acknowledged is in the log once; what was not is never in doubt without saying so. */
import assert from 'node:assert/strict'
import { seededRandom } from '../../../../runtime/src/random.ts'
import { apiKeys, useProxy } from '../../../harness/proxy.ts'
import { uniqueName } from '../../../harness/topics.ts'
import { type Promised, readAll, type Stage, values } from '../stage.ts'

export const producing: readonly Promised[] = [
  {
    says: 'Connections cut with concurrent sends in flight, before and after the broker has acted: every record is stored once, in order',
    closes: [5],
    prove: proveCutConnections,
  },
  {
    says: 'When the outcome of a send stays unknown the error says so, and the producer refuses to go on; another one can',
    closes: [6],
    async prove(stage) {
      const proxy = await useProxy(stage.t, stage.kafka.brokers)
      const connection = await stage.connect(proxy.brokers)
      const topic = await stage.topic(connection)
      const at = { topic, partition: 0 }
      const producer = await connection.producer({ deliveryTimeoutMs: 300 })
      await producer.send([{ ...at, value: '1' }])
      proxy.judge(({ apiKey }) => (apiKey === apiKeys.produce ? 'loseReply' : 'pass'))
      await assert.rejects(producer.send([{ ...at, value: '2' }]), { code: 'PRODUCE_FAILED', indefinite: true })
      proxy.judge(() => 'pass')
      await assert.rejects(producer.send([{ ...at, value: '3' }]), { code: 'PRODUCE_FAILED', indefinite: false })
      const next = await connection.producer({})
      await next.send([{ ...at, value: '4' }])
      assert.deepEqual(values(await readAll(connection, at)), ['1', '2', '4'])
    },
  },
  {
    says: 'A send that certainly reached no broker is told as not stored, and the producer goes on with the same numbers',
    async prove(stage) {
      const proxy = await useProxy(stage.t, stage.kafka.brokers)
      const connection = await stage.connect(proxy.brokers)
      const topic = await stage.topic(connection)
      const at = { topic, partition: 0 }
      const producer = await connection.producer({})
      await assert.rejects(producer.send([{ ...at, value: 'x'.repeat(3_000_000) }]), (error: Error) => {
        assert.match(error.message, new RegExp(`${topic}/0.*MESSAGE_TOO_LARGE`))
        return 'code' in error && error.code === 'RECORD_TOO_LARGE'
      })
      // Each fits, both in one batch would not.
      const large = 'x'.repeat(600_000)
      await producer.send([large, large, 'fits'].map(value => ({ ...at, value })))
      assert.deepEqual(values(await readAll(connection, at)), [large, large, 'fits'])
    },
  },
  {
    says: 'Records that a topic takes only in smaller batches are stored in those, in order, once; one too large by itself is named alone',
    prove: proveSmallTopic,
  },
  {
    says: 'A topic that does not exist is named, and not created',
    async prove(stage) {
      const connection = await stage.connect()
      const topic = uniqueName('nowhere')
      const producer = await connection.producer({})
      await assert.rejects(producer.send([{ topic, value: 'x' }]), {
        code: 'TOPIC_UNKNOWN',
        message: new RegExp(topic),
      })
      assert.deepEqual(await connection.describeTopics([topic]), [])
    },
  },
  {
    says: "Keys go to the partitions that Kafka's Java client would choose",
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection, 7)
      const producer = await connection.producer({})
      for (const [key, murmur2] of javaHashes) {
        const [stored] = await producer.send([{ topic, key, value: '' }])
        assert.equal(stored?.partition, (murmur2 & 0x7fffffff) % 7, key)
      }
    },
  },
]

/** From Apache Kafka's own test of `Utils.murmur2`; its producer takes the positive part modulo the number of partitions. */
const javaHashes: readonly (readonly [key: string, murmur2: number])[] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
]

async function proveSmallTopic(stage: Stage): Promise<void> {
  const connection = await stage.connect()
  const topic = await stage.topic(connection, 1, { configs: { 'max.message.bytes': '20000' } })
  const at = { topic, partition: 0 }
  // Letters that gzip cannot shrink much, so that the limit is met after compression too.
  const random = seededRandom(1)
  const small = (name: string) => `${name} ${Array.from({ length: 6 }, () => random.id()).join('')}`
  const expected: string[] = []
  for (const compression of ['none', 'gzip'] as const) {
    const producer = await connection.producer({ compression })
    const sends = Array.from({ length: 10 }, (_none, send) =>
      Array.from({ length: 100 }, (_nothing, index) => small(`${compression} ${send}/${index}`)),
    )
    // One batch of all ten sends: split inside them as well as between them.
    const stored = await Promise.all(
      sends.map(list => producer.send(list.map(value => ({ ...at, value, headers: [['of', compression]] })))),
    )
    assert.deepEqual(
      stored.map(([first]) => first?.offset),
      sends.map((_list, send) => BigInt(expected.length + send * 100)),
    )
    expected.push(...sends.flat())
  }
  const producer = await connection.producer({})
  const mixed = ['before', 'x'.repeat(30_000), 'after'].map(value => ({ ...at, value }))
  await assert.rejects(producer.send(mixed), { code: 'RECORD_TOO_LARGE', message: /A record of/ })
  await producer.send([{ ...at, value: 'next' }])
  const all = await readAll(connection, at)
  assert.deepEqual(values(all), [...expected, 'before', 'after', 'next'])
  assert.deepEqual(String(all[1_500]?.headers[0]?.[1]), 'gzip')
}

async function proveCutConnections(stage: Stage): Promise<void> {
  const proxy = await useProxy(stage.t, stage.kafka.brokers)
  const connection = await stage.connect(proxy.brokers)
  const topic = await stage.topic(connection, 2)
  const producer = await connection.producer({})
  proxy.judge(({ apiKey, index }) => {
    if (apiKey !== apiKeys.produce) return 'pass'
    return index % 3 === 1 ? 'loseReply' : index % 3 === 2 ? 'cut' : 'pass'
  })
  const sends: Promise<unknown>[] = []
  for (let round = 0; round < 20; round++) {
    for (const partition of [0, 1]) {
      for (const part of ['a', 'b', 'c']) sends.push(producer.send([{ topic, partition, value: `${round}${part}` }]))
    }
    if (round % 5 === 4) await Promise.all(sends)
  }
  await Promise.all(sends)
  proxy.judge(() => 'pass')
  const expected = Array.from({ length: 20 }, (_, round) => ['a', 'b', 'c'].map(part => `${round}${part}`)).flat()
  for (const partition of [0, 1]) assert.deepEqual(values(await readAll(connection, { topic, partition })), expected)
  assert.ok(proxy.seen(apiKeys.produce) > 8, 'the proxy met enough requests for the experiment to mean something')
}
