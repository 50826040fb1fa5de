import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PartitionRow } from '@tidemark/webview/protocol'
import fc from 'fast-check'
import { gaugeParts, gaugeScale } from '../../webview/src/shared/gaugeScale.ts'
import { laidOut } from '../../webview/src/shared/json.ts'
import { distance, formatCount, formatSeconds, toBigInt } from '../../webview/src/shared/numbers.ts'
import { english } from '../../webview/src/shared/strings.en.ts'
import { simplifiedChinese } from '../../webview/src/shared/strings.zh.ts'
import { visibleBlock, visibleName, visibleText } from '../../webview/src/shared/visible.ts'

test('every offset that Kafka can give is shown with every digit', () => {
  assert.equal(formatCount('9223372036854775806'), '9,223,372,036,854,775,806')
  assert.equal(formatCount('9007199254740993'), '9,007,199,254,740,993')
  fc.assert(
    fc.property(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), offset =>
      assert.equal(formatCount(offset.toString()).replaceAll(',', ''), offset.toString()),
    ),
  )
})

test('what is no offset is shown as it came and counts nothing', () => {
  for (const broken of ['', 'NaN', '1e9', '12.5', '9'.repeat(5_000)]) {
    assert.equal(formatCount(broken), broken)
    assert.equal(toBigInt(broken), 0n)
  }
})

test('a duration has two units at most', () => {
  assert.deepEqual([0.42, 9.96, 59, 200, 3_600, 7_500, 187_200].map(formatSeconds), [
    '0.4 s',
    '10 s',
    '59 s',
    '3 min 20 s',
    '1 h',
    '2 h 5 min',
    '2 d 4 h',
  ])
})

test('no character that hides or reorders is left', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be gone.
  const hiding = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|\p{Cs}/u
  fc.assert(fc.property(fc.string({ unit: 'binary' }), text => assert.doesNotMatch(visibleText(text), hiding)))
  assert.equal(visibleText('a\u202egpj.exe\u0000\u001b[31m'), 'a‹U+202E›gpj.exe␀␛[31m')
  assert.equal(visibleText('\ud800'), '‹U+D800›')
  assert.equal(visibleText('日本 عربي 👩🏽 é'), '日本 عربي 👩🏽 é')
  assert.equal(visibleBlock('a\n\tb\r'), 'a\n\tb␍')
  assert.ok(visibleName('x'.repeat(1_000_000)).length < 600)
})

test('JSON is laid out without touching a number or a string', () => {
  assert.equal(
    laidOut('{"id":9007199254740993,"s":"a,{b}: \\" c","e":[],"o":{"n":1.50}}'),
    `{
  "id": 9007199254740993,
  "s": "a,{b}: \\" c",
  "e": [],
  "o": {
    "n": 1.50
  }
}`,
  )
  assert.equal(laidOut('{not json'), '{not json')
  fc.assert(
    fc.property(fc.json(), text => {
      assert.deepEqual(JSON.parse(laidOut(text)), JSON.parse(text))
    }),
  )
})

test('both languages say everything', () => {
  assert.deepEqual(keysOf(simplifiedChinese), keysOf(english))
})

test('the parts of a gauge fill the bar, whatever the offsets', () => {
  const offset = fc.bigInt(0n, 2n ** 63n - 1n)
  fc.assert(
    fc.property(fc.array(fc.tuple(offset, offset, offset, offset), { minLength: 1, maxLength: 5 }), tuples => {
      const rows = tuples.map(([a, b, c, d]) => partitionOf(a, b, c, d))
      const scale = gaugeScale(rows)
      assert.ok(scale.tick >= 1n && scale.tick <= scale.span)
      for (const row of rows) {
        const { isTorn, ...parts } = gaugeParts(row, scale)
        const shares = Object.values(parts)
        assert.ok(
          shares.every(share => share >= 0 && share <= 1),
          JSON.stringify(parts),
        )
        assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-5, JSON.stringify(parts))
        assert.equal(typeof isTorn, 'boolean')
      }
    }),
  )
})

test('the gauge of a topic has one scale: twice the lag is twice the length', () => {
  const rows = [partitionOf(0n, 100_000n, 99_800n, 0n), partitionOf(0n, 500_000n, 499_900n, 0n)]
  const scale = gaugeScale(rows)
  const [long, short] = rows.map(row => gaugeParts(row, scale))
  assert.ok(long && short)
  assert.ok(Math.abs(long.readable - 2 * short.readable) < 1e-5)
  assert.ok(long.isTorn && short.isTorn)
})

/** A partition whose log starts at `start`, of any order of the other offsets. */
function partitionOf(start: bigint, end: bigint, committed: bigint, markers: bigint): PartitionRow {
  const [logStartOffset, logEndOffset] = start < end ? [start, end] : [end, start]
  const committedOffset = committed < logEndOffset ? committed : logEndOffset
  const taken = distance(committedOffset.toString(), logStartOffset.toString())
  const readable = logEndOffset - committedOffset - taken
  const unreadable = markers < readable ? markers : readable
  return {
    topic: 'orders',
    partition: 0,
    logStartOffset: logStartOffset.toString(),
    logEndOffset: logEndOffset.toString(),
    lastStableOffset: logEndOffset.toString(),
    committedOffset: committedOffset.toString(),
    lag: {
      readable: (readable - unreadable).toString(),
      markersAndAborted: unreadable.toString(),
      gaps: '0',
      takenByRetention: taken.toString(),
      inOpenTransactions: (markers / 3n).toString(),
      state: 'behind',
    },
    why: '',
    tone: 'ok',
    status: '',
    recordsPerSecond: undefined,
    secondsLeft: undefined,
    owner: undefined,
  }
}

function keysOf(table: object): unknown {
  return Object.fromEntries(
    Object.entries(table).map(([key, value]) => [
      key,
      value && typeof value === 'object' ? keysOf(value) : typeof value,
    ]),
  )
}
