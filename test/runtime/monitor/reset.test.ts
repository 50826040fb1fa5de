import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ResetTarget, resetMove } from '../../../runtime/src/semantics/reset.ts'

/** A log of 10 to 50, and where a group stands in it. */
const log = { topic: 'orders', partition: 0, logStartOffset: 10n, highWatermark: 50n }

for (const [what, committedOffset, target, toOffset, replayed, skipped, taken, isClamped] of [
  ['back to the start', 30n, { kind: 'earliest' }, 10n, 20n, 0n, 0n, false],
  ['on to the end', 30n, { kind: 'latest' }, 50n, 0n, 20n, 0n, false],
  ['where it stands', 30n, { kind: 'offset', offset: 30n }, 30n, 0n, 0n, 0n, false],
  ['before the start: retention has taken the rest', 30n, { kind: 'offset', offset: 4n }, 10n, 20n, 0n, 6n, true],
  ['behind the end', 30n, { kind: 'offset', offset: 99n }, 50n, 0n, 20n, 0n, true],
  ['back by some', 30n, { kind: 'shift', by: -5n }, 25n, 5n, 0n, 0n, false],
  ['back by more than there is', 30n, { kind: 'shift', by: -25n }, 10n, 20n, 0n, 5n, true],
  ['on by some', 30n, { kind: 'shift', by: 5n }, 35n, 0n, 5n, 0n, false],
  ['a group that stands before the start', 2n, { kind: 'latest' }, 50n, 0n, 40n, 8n, false],
  ['a lost position', -2n, { kind: 'earliest' }, 10n, 0n, 0n, 12n, false],
  ['a position behind the end', 70n, { kind: 'offset', offset: 40n }, 40n, 10n, 0n, 0n, false],
  ['never committed', undefined, { kind: 'earliest' }, 10n, 0n, 0n, 0n, false],
  ['beyond 2^53', 30n, { kind: 'offset', offset: 2n ** 60n }, 50n, 0n, 20n, 0n, true],
] as const satisfies readonly (readonly [string, bigint | undefined, ResetTarget, ...unknown[]])[])
  test(`reset: ${what}`, () => {
    const move = resetMove({ ...log, committedOffset }, target)
    const place = { topic: 'orders', partition: 0, fromOffset: committedOffset }
    assert.deepEqual(move, { ...place, toOffset, replayed, skipped, taken, isClamped })
  })

test('reset: nothing is shifted where nothing was committed', () => {
  assert.equal(resetMove({ ...log, committedOffset: undefined }, { kind: 'shift', by: 1n }), undefined)
})

test('reset: to a time is to its first record, and to the end where there is none', () => {
  const target = { kind: 'time', timestampMs: 1 } as const
  const standing = { ...log, committedOffset: 30n }
  assert.equal(resetMove({ ...standing, offsetForTime: 20n }, target)?.toOffset, 20n)
  assert.equal(resetMove({ ...standing, offsetForTime: undefined }, target)?.toOffset, 50n)
})
