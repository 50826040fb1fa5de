/** The control link without a broker: what a debugged run asks of its group, and the bounds on what crosses the socket. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JoinOptions, KafkaClient, KafkaRecord } from '../../../runtime/src/clients/client.ts'
import { FrameLimit } from '../../../runtime/src/control/frames.ts'
import { recordsWindow } from '../../../runtime/src/control/wireRecords.ts'
import { atLeastOnce, createProcessor, text } from '../../../runtime/src/index.ts'
import { messageBytesMax, recordsPerRequestMax, recordTextMax } from '../../../runtime/src/protocol.ts'
import { FakeKafka } from '../../../runtime/src/testing/index.ts'
import { until } from '../../harness/until.ts'
import { openEditor } from './editor.ts'
import { numbered, recorder } from './stage.ts'

test('a debugged member may stand still for half an hour, under a name that its next run takes over', async t => {
  const editor = await openEditor(t, { stopAtStart: true })
  Object.assign(process.env, editor.environment)
  const fake = new FakeKafka()
  fake.createTopic('orders', 2)
  fake.produce('orders', numbered('a', 3), 0)
  fake.produce('orders', numbered('b', 2), 1)
  const joins: JoinOptions[] = []
  const processor = createProcessor({
    client: watchingJoins(fake, joins),
    groupId: 'g',
    topics: ['orders'],
    value: text,
    guarantee: atLeastOnce(),
    handleSignals: false,
    trace: recorder().trace,
  })
  let running = 0
  processor.foreachPartition(async () => {
    assert.equal(++running, 1, 'partitions run in turn while they are stepped')
    await new Promise(setImmediate)
    running--
  })
  const run = processor.run()
  const first = await editor.stoppedAt('fetched')
  assert.deepEqual([joins[0]?.sessionTimeoutMs, joins[0]?.groupInstanceId], [1_800_000, 'tidemark-debug'])
  assert.equal(process.env.TIDEMARK_CONTROL_TOKEN, undefined, 'a child process does not inherit the token')
  editor.command({ kind: 'stepBatch' })
  await editor.stoppedAt('fetched', first)
  editor.command({ kind: 'continue' })
  await until('both are committed', () =>
    [0, 1].every(partition => fake.group('g').committed({ topic: 'orders', partition }).offset),
  )
  const report = await processor.stop()
  await run
  assert.equal(report.records, 5)
  const ended = await until('the farewell arrived', () => editor.ended)
  assert.equal(ended.committed.length, 2)
})

test('a window of records is bounded in number, in text and in bytes', () => {
  const record = (value: Buffer | null, offset: number): KafkaRecord => {
    return { topic: 'orders', partition: 0, offset: BigInt(offset), timestampMs: 0, key: null, value, headers: [] }
  }
  const range = { topic: 'orders', partition: 0, fromOffset: 0n, untilOffset: 2_000n }
  const slices = (values: readonly (Buffer | null)[]) => [{ range, records: values.map(record) }]

  const many = recordsWindow(slices(Array.from({ length: 2_000 }, () => Buffer.from('x'))), {
    batchId: 'b',
    from: 10,
    count: 5_000,
  })
  assert.deepEqual([many.total, many.records.length, many.records[0]?.offset], [2_000, recordsPerRequestMax, '10'])

  const large = recordsWindow(slices(Array.from({ length: 500 }, () => Buffer.from('\u0001'.repeat(50_000)))), {
    batchId: 'b',
    from: 0,
    count: 500,
  })
  assert.equal(large.records[0]?.value?.length, recordTextMax)
  assert.equal(large.records[0]?.isTruncated, true)
  assert.ok(Buffer.byteLength(JSON.stringify(large)) < messageBytesMax)

  const odd = recordsWindow(slices([Buffer.from([0xff, 0x00]), null, Buffer.from('é'.repeat(9_000))]), {
    batchId: 'b',
    from: 0,
    count: 3,
  })
  assert.deepEqual(
    odd.records.map(each => each.value?.slice(0, 6) ?? null),
    ['0xff00', null, 'éééééé'],
  )
  assert.deepEqual(recordsWindow(slices([null]), { batchId: 'b', from: -5, count: Number.NaN }).records, [])
})

test('frames pass in any cut, and one larger than agreed ends the stream before it is kept', async () => {
  const frame = (text: string) => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  const bytes = Buffer.from(frame('{"a":1}') + frame('é') + frame(''))
  for (let size = 1; size <= bytes.length; size++) {
    const limit = new FrameLimit(100)
    const passed: Buffer[] = []
    limit.on('data', (chunk: Buffer) => passed.push(chunk))
    for (let at = 0; at < bytes.length; at += size) limit.write(bytes.subarray(at, at + size))
    limit.end()
    await new Promise(resolve => limit.once('end', resolve))
    assert.deepEqual(Buffer.concat(passed), bytes)
  }
  for (const bad of ['Content-Length: 101\r\n\r\n', 'Nothing: 1\r\n\r\n', 'x'.repeat(2_000)]) {
    const limit = new FrameLimit(100)
    const failed = new Promise<Error>(resolve => limit.once('error', resolve))
    limit.write(bad)
    assert.match((await failed).message, /frame/)
  }
})

function watchingJoins(fake: FakeKafka, joins: JoinOptions[]): KafkaClient {
  const client = fake.client()
  return {
    ...client,
    connect: async () => ({
      ...(await client.connect()),
      join: async (options: JoinOptions) => {
        joins.push(options)
        return fake.group(options.groupId).join(options)
      },
    }),
  }
}
