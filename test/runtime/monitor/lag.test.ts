import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lagOf, unreadRange } from '../../../runtime/src/semantics/lag.ts'

const log = { logStartOffset: 100n, lastStableOffset: 150n, highWatermark: 160n }

test('two markers behind is caught up, not a lag of two', () => {
  const lag = lagOf({ ...log, committedOffset: 148n }, { readable: 0n, markersAndAborted: 2n, gaps: 0n })
  assert.deepEqual(lag, {
    state: 'caughtUp',
    offsets: 2n,
    readable: 0n,
    markersAndAborted: 2n,
    gaps: 0n,
    takenByRetention: 0n,
    inOpenTransactions: 10n,
  })
})

test('never committed is neither 0 nor a lag', () => {
  const lag = lagOf({ ...log, committedOffset: undefined })
  assert.equal(lag.state, 'neverCommitted')
  assert.equal(lag.readable, undefined)
})

test('a negative position, and one past the end, are lost', () => {
  for (const committedOffset of [-1n, -2n, 161n]) assert.equal(lagOf({ ...log, committedOffset }).state, 'positionLost')
  assert.equal(lagOf({ ...log, committedOffset: 160n }).state, 'caughtUp')
})

test('what retention took is told apart from what is left', () => {
  const lag = lagOf({ ...log, committedOffset: 90n })
  assert.equal(lag.takenByRetention, 10n)
  assert.equal(lag.offsets, 50n)
  assert.deepEqual(unreadRange({ ...log, committedOffset: 90n }), { fromOffset: 100n, untilOffset: 150n })
})

test('uncounted is not zero', () => {
  const lag = lagOf({ ...log, committedOffset: 120n })
  assert.equal(lag.state, 'behind')
  assert.equal(lag.readable, undefined)
})

test('a position inside what open transactions hold back waits, and is not ahead', () => {
  const lag = lagOf({ ...log, committedOffset: 155n })
  assert.equal(lag.state, 'caughtUp')
  assert.equal(lag.offsets, 0n)
})

test('offsets beyond 2^53 stay exact', () => {
  const far = 2n ** 60n
  const position = {
    committedOffset: far + 1n,
    logStartOffset: far,
    lastStableOffset: far + 4n,
    highWatermark: far + 4n,
  }
  assert.equal(lagOf(position).offsets, 3n)
})
