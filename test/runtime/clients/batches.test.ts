/** Record batches and answers without a broker: what was written is read, and what is damaged is said to be. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ISocketFactory } from 'kafkajs'
import type { KafkaRecord, OutgoingRecord, RecordList } from '../../../runtime/src/clients/client.ts'
import { AnswerGatherer } from '../../../runtime/src/clients/kafka-protocol/answerGatherer.ts'
import { BatchBuilder } from '../../../runtime/src/clients/kafka-protocol/batchBuilder.ts'
import { crc32c } from '../../../runtime/src/clients/kafka-protocol/crc32c.ts'
import { lazyRecords } from '../../../runtime/src/clients/kafka-protocol/lazyRecords.ts'
import { murmur2 } from '../../../runtime/src/clients/kafka-protocol/partitioner.ts'
import {
  batchesOf,
  committedBatches,
  type RecordBatch,
} from '../../../runtime/src/clients/kafka-protocol/recordBatch.ts'
import { WireError } from '../../../runtime/src/clients/kafka-protocol/wire.ts'
import { gatherAnswers, type PieceReader } from '../../../runtime/src/clients/kafkajs/pieces.ts'
import { firstIndexFrom, joined } from '../../../runtime/src/processing/recordLists.ts'

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })
const someBytes = fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes))
const outgoing: fc.Arbitrary<OutgoingRecord> = fc.record({
  topic: fc.constant('orders'),
  key: maybe(fc.oneof(someBytes, fc.string())),
  value: maybe(fc.oneof(someBytes, fc.string({ unit: 'binary' }))),
  headers: fc.array(fc.tuple(fc.string(), maybe(someBytes)), { maxLength: 4 }),
  timestampMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
})

test('answers are put together whatever the pieces; a length that no answer has is refused', () => {
  const answers = fc.array(fc.uint8Array({ minLength: 4, maxLength: 300 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(answers, fc.infiniteStream(fc.integer({ min: 1, max: 200 })), (sent, sizes) => {
      const framed = sent.map(bytes => Buffer.concat([Buffer.from([0, 0, bytes.length >> 8, bytes.length]), bytes]))
      const gatherer = new AnswerGatherer()
      const got: Buffer[] = []
      for (let rest = Buffer.concat(framed); rest.length > 0; ) {
        const piece = rest.subarray(0, sizes.next().value)
        rest = rest.subarray(piece.length)
        for (let at = 0; at < piece.length; ) {
          at += gatherer.take(piece, at)
          const whole = gatherer.whole()
          if (whole) got.push(whole)
        }
      }
      assert.deepEqual(
        got,
        sent.map(bytes => Buffer.from(bytes)),
      )
      assert.ok(gatherer.isEmpty)
    }),
    { numRuns: 100 },
  )
  assert.throws(() => new AnswerGatherer().take(Buffer.from([255, 255, 255, 255, 0]), 0), WireError)
})

const defaultSocketFactory: () => ISocketFactory = createRequire(import.meta.url)('kafkajs/src/network/socketFactory')

test('over a plain socket of kafkajs answers are read into one buffer, and come whole', async t => {
  const frame = (correlationId: number, text: string) => {
    const bytes = Buffer.from(`--------${text}`)
    bytes.writeInt32BE(bytes.length - 4, 0)
    bytes.writeInt32BE(correlationId, 4)
    return bytes
  }
  const server = createServer(socket => {
    socket.write(frame(1, 'x'.repeat(1_000_000)))
    socket.end(Buffer.concat([frame(2, 'two'), frame(3, 'three')]))
  })
  t.after(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const answers: [number, string][] = []
  const connection: PieceReader = {
    socketFactory: defaultSocketFactory(),
    authHandlers: null,
    bytesBuffered: 0,
    requestQueue: {
      fulfillRequest: ({ correlationId, payload }) => void answers.push([correlationId, payload.toString()]),
    },
    processData: () => assert.fail('kafkajs was given an answer'),
  }
  gatherAnswers(connection, () => assert.fail('given up'))
  const { port } = server.address() as AddressInfo
  const socket = connection.socketFactory({ host: '127.0.0.1', port, ssl: false as never, onConnect: () => {} })
  const buffers = new Set<ArrayBufferLike>()
  socket.on('data', (piece: Buffer) => {
    buffers.add(piece.buffer)
    connection.processData(piece)
  })
  await once(socket, 'close')
  assert.deepEqual(answers, [
    [1, 'x'.repeat(1_000_000)],
    [2, 'two'],
    [3, 'three'],
  ])
  assert.equal(buffers.size, 1)
})

describe('record batches', () => {
  test('any records written are read back as they were', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(outgoing, { minLength: 1, maxLength: 50 }), async records => {
        const bytes = await written(records)
        const read = readBack(bytes)
        assert.equal(crc32c(bytes, 21), bytes.readUInt32BE(17))
        assert.deepEqual(read.map(plain), records.map(plain))
        assert.deepEqual(
          read.map(({ offset }) => offset),
          records.map((_, index) => BigInt(index)),
        )
      }),
      { numRuns: 200 },
    )
  })

  test('reading starts at the offset asked, inside a batch too', async () => {
    const records = ['a', 'b', 'c', 'd'].map(value => ({ topic: 'orders', value }))
    const bytes = await written(records, 100n)
    assert.deepEqual(
      readBack(bytes, 102).map(({ offset, valueText }) => [offset, valueText]),
      [
        [102n, 'c'],
        [103n, 'd'],
      ],
    )
  })

  test('a batch cut off at the end of an answer is left for the next one', async () => {
    const [first, second] = [
      await written([{ topic: 'orders', value: 'a' }]),
      await written([{ topic: 'orders', value: 'b' }], 1n),
    ]
    for (const cut of [1, 20, 60, second.length - 1])
      assert.equal(batchesOf(Buffer.concat([first, second.subarray(0, cut)])).length, 1)
    assert.equal(batchesOf(Buffer.concat([first, second])).length, 2)
  })

  test('damaged bytes end in an error that says so, never in records or an endless loop', async () => {
    const bytes = await written(
      Array.from({ length: 20 }, (_, index) => ({ topic: 'orders', value: `${index}`.repeat(9) })),
    )
    const lengths = Buffer.from(bytes)
    lengths[61] = 0xff
    lengths[62] = 0xff
    assert.throws(() => readBack(lengths), /a record of \d+ bytes in a batch of/)
    const old = Buffer.from(bytes)
    old[16] = 1
    assert.throws(() => readBack(old), /message format 1/)
    const short = Buffer.from(bytes)
    short.writeInt32BE(3, 8)
    assert.throws(() => readBack(short), /a batch of 15 bytes/)
  })

  test('an aborted range ends at its own control record, not at the next marker that comes', () => {
    const batch = (offset: number, producerId: bigint, isControl = false): RecordBatch => ({
      ...{ baseOffset: offset, lastOffset: offset, codec: 0, isLogAppendTime: false, isTransactional: true, isControl },
      ...{ baseTimestampMs: 0, maxTimestampMs: 0, producerId, recordCount: 1, payload: Buffer.alloc(0) },
    })
    const log = [batch(0, 1n), batch(1, 2n), batch(2, 2n, true), batch(3, 1n), batch(4, 1n, true), batch(5, 1n)]
    // In order of abort, as brokers list them: the second producer aborted first.
    const aborted = [
      { producerId: 2n, firstOffset: 1n },
      { producerId: 1n, firstOffset: 0n },
    ]
    assert.deepEqual(
      committedBatches(log, aborted).map(({ baseOffset }) => baseOffset),
      [5],
    )
  })
})

test('checksums and key hashes are those of their specifications', () => {
  // RFC 3720, B.4.
  assert.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa)
  assert.equal(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43)
  assert.equal(crc32c(Buffer.from(Array.from({ length: 32 }, (_, index) => index))), 0x46dd794e)
  assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
  // Apache Kafka, UtilsTest.
  assert.equal(murmur2(Buffer.from('a-little-bit-longer-string')), -1486304829)
  assert.equal(murmur2(Buffer.from('abc')), 479470107)
})

test('a list of records, cut and joined in any way, is the array of the same records', async () => {
  const cut = fc.tuple(fc.integer({ min: -40, max: 40 }), fc.integer({ min: -40, max: 40 }))
  const offsets = (records: Iterable<KafkaRecord>) => Array.from(records, ({ offset }) => offset)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 12 }), { maxLength: 4 }), cut, cut, async (counts, first, second) => {
      let next = 0
      const lists: RecordList[] = []
      for (const count of counts) {
        const records = Array.from({ length: count }, () => ({ topic: 'orders', value: 'x' }))
        if (count > 0) lists.push(listOf(await written(records, BigInt(next)), next))
        next += count + 3
      }
      const array = lists.flatMap(list => [...list])
      const list = joined(lists)
      assert.equal(list.length, array.length)
      assert.deepEqual(offsets(list), offsets(array))
      const parts = [list.slice(...first), list.slice(...second), list.slice(first[0])]
      const same = [array.slice(...first), array.slice(...second), array.slice(first[0])].flat()
      const again = joined(parts)
      assert.deepEqual(offsets(again), offsets(same))
      // Backwards too: where it was asked last must not matter.
      for (let at = same.length; at >= -same.length - 1; at--) assert.equal(again.at(at)?.offset, same.at(at)?.offset)
      for (let offset = -1; offset <= next; offset++)
        assert.equal(firstIndexFrom(list, BigInt(offset)), array.filter(each => each.offset < BigInt(offset)).length)
    }),
    { numRuns: 200 },
  )
})

test('a count that no batch of its length can hold is refused before room is made for it', async () => {
  const bytes = await written([{ topic: 'orders', value: 'x' }])
  for (const count of [2 ** 31 - 1, -1]) {
    bytes.writeInt32BE(count, 57)
    assert.throws(() => listOf(bytes), {
      name: 'BatchFormatError',
      message: new RegExp(`^${count} records in a batch`),
    })
  }
})

async function written(records: readonly OutgoingRecord[], baseOffset = 0n): Promise<Buffer> {
  const builder = new BatchBuilder()
  for (const record of records) builder.append(record, 0)
  const batch = await builder.close('none')
  batch.seal({ producerId: 7n, epoch: 1 }, 0, false)
  batch.bytes.writeBigInt64BE(baseOffset, 0)
  return Buffer.from(batch.bytes)
}

function readBack(bytes: Buffer, fromOffset = 0): KafkaRecord[] {
  return [...listOf(bytes, fromOffset)]
}

function listOf(bytes: Buffer, fromOffset = 0): RecordList {
  const batches = batchesOf(bytes).map(batch => {
    const { baseOffset, baseTimestampMs, payload } = batch
    const stamps = { baseOffset, baseTimestampMs, appendTimestampMs: undefined }
    return { batch, source: { topic: 'orders', partition: 0, bytes: payload, ...stamps } }
  })
  return lazyRecords(batches, fromOffset)
}

/** What a record says, whatever made it. */
function plain({ key, value, headers, timestampMs }: OutgoingRecord | KafkaRecord): object {
  const bytes = (part: Buffer | string | null | undefined) =>
    part == null ? null : Buffer.from(part as string).toString('hex')
  return {
    key: bytes(key),
    value: bytes(value),
    timestampMs,
    headers: headers?.map(([name, part]) => [name, bytes(part)]),
  }
}
