/** Verdicts over time, beside those of the rules they were made to correct. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type PositionSample,
  ratesOf,
  secondsLeft,
  statusOf,
  worstStatus,
} from '../../../runtime/src/semantics/groupStatus.ts'

/** One sample each ten seconds: committed offset and end. */
function samples(...points: readonly (readonly [committed: number, end: number])[]): PositionSample[] {
  return points.map(([committed, end], i) => ({
    atMs: i * 10_000,
    committedOffset: BigInt(committed),
    endOffset: BigInt(end),
    lag: BigInt(end - committed),
  }))
}

/** Burrow's: fine if lag was zero once in the window; a warning only if it rose at every step. */
function burrow(window: readonly PositionSample[]): 'ok' | 'warning' {
  if (window.some(({ lag }) => lag === 0n)) return 'ok'
  return window.every(({ lag }, i) => i === 0 || lag > (window[i - 1]?.lag ?? 0n)) ? 'warning' : 'ok'
}

test('caught up is fine, whoever is there', () => {
  assert.equal(statusOf(samples([10, 10], [20, 20]), true), 'ok')
  assert.equal(statusOf(samples([20, 20], [20, 20]), false), 'ok')
})

test('a backlog that grows from zero is seen while zero is still in the window', () => {
  const window = samples([100, 100], [110, 160], [120, 230], [130, 310], [140, 400], [150, 500], [160, 610])
  assert.equal(burrow(window), 'ok', 'the known wrong verdict')
  assert.equal(statusOf(window, true), 'fallingBehind')
})

test('a backlog that grows in a saw is seen by its lower edge', () => {
  const window = samples(
    [0, 100],
    [0, 200],
    [150, 300],
    [150, 420],
    [150, 540],
    [320, 600],
    [320, 760],
    [320, 900],
    [520, 1_000],
  )
  assert.equal(burrow(window), 'ok', 'the known wrong verdict')
  assert.equal(statusOf(window, true), 'fallingBehind')
})

test('a steady saw from commits in batches is fine', () => {
  const window = samples(
    [0, 90],
    [100, 110],
    [100, 190],
    [200, 210],
    [200, 290],
    [300, 310],
    [300, 390],
    [400, 410],
    [400, 490],
  )
  assert.equal(statusOf(window, true), 'ok')
})

test('a backlog that neither grows nor shrinks, and is more than the window’s work, is not fine', () => {
  const window = samples([0, 10_000], [10, 10_010], [20, 10_020], [30, 10_030], [40, 10_040], [50, 10_050])
  assert.equal(statusOf(window, true), 'fallingBehind')
})

test('a large backlog that shrinks is catching up', () => {
  const window = samples([0, 10_000], [1_000, 10_010], [2_000, 10_020], [3_000, 10_030], [4_000, 10_040])
  assert.equal(statusOf(window, true), 'catchingUp')
})

test('silence is not fine: no commit while records wait', () => {
  const window = samples([10, 40], [10, 60], [10, 80])
  assert.equal(statusOf(window, true), 'stalled')
  assert.equal(statusOf(window, false), 'stopped')
})

test('positions that move without members are judged like others', () => {
  assert.equal(statusOf(samples([0, 1_000], [400, 1_000], [800, 1_000], [900, 1_000]), false), 'catchingUp')
})

test('a position that went back is told until it has passed the old place', () => {
  assert.equal(statusOf(samples([50, 60], [10, 60], [20, 60]), true), 'rewound')
  assert.notEqual(statusOf(samples([50, 60], [10, 60], [55, 60]), true), 'rewound')
})

test('little time tells nothing about growth', () => {
  assert.equal(statusOf(samples([0, 10]), true), 'unknown')
  assert.equal(statusOf([], true), 'unknown')
})

test('a group is as well as its worst partition', () => {
  assert.equal(worstStatus(['ok', 'stalled', 'neverCommitted']), 'stalled')
  assert.equal(worstStatus(['ok', 'neverCommitted']), 'ok')
  assert.equal(worstStatus(['positionLost', 'stalled']), 'positionLost')
  assert.equal(worstStatus([]), 'neverCommitted')
})

test('rates and time left', () => {
  const rates = ratesOf(samples([0, 1_000], [300, 1_100], [600, 1_200]))
  assert.deepEqual(rates, { consumedPerSecond: 30, producedPerSecond: 10 })
  assert.equal(secondsLeft(600n, rates), 30)
  assert.equal(secondsLeft(0n, rates), 0)
  assert.equal(secondsLeft(1n, { consumedPerSecond: 1, producedPerSecond: 2 }), Number.POSITIVE_INFINITY)
  assert.equal(ratesOf(samples([600, 600], [0, 600])).consumedPerSecond, 0, 'a rewind is no consumption')
})
