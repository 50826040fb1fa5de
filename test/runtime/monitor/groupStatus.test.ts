/** Verdicts over time, beside those of the rules they were made to correct. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../../../runtime/src/random.ts'
import { judge, type PositionSample, ratesOf, worstStatus } from '../../../runtime/src/semantics/groupStatus.ts'

/** One sample each ten seconds: committed offset and end. */
function samples(...points: readonly (readonly [committed: number, end: number])[]): PositionSample[] {
  return points.map(([committed, end], i) => ({
    atMs: i * 10_000,
    committedOffset: BigInt(committed),
    endOffset: BigInt(end),
    lag: BigInt(end - committed),
  }))
}

const statusOf = (window: readonly PositionSample[], hasMembers: boolean) =>
  judge(window, hasMembers ? 'members' : 'none').status

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
  const window = samples([10, 40], [10, 60], [10, 80], [10, 90])
  assert.equal(statusOf(window, true), 'stalled')
  assert.equal(statusOf(window, false), 'stopped')
})

test('silence after progress is seen long before the window has passed, but not before its own rhythm', () => {
  const worked = samples([0, 50], [50, 100], [100, 150], [150, 200], [150, 250], [150, 300], [150, 350])
  assert.equal(statusOf(worked, true), 'stalled')
  const slow = samples([0, 50], [0, 60], [0, 70], [0, 80], [80, 90], [80, 100], [80, 110], [80, 120])
  assert.notEqual(statusOf(slow, true), 'stalled', 'it commits every forty seconds')
})

test('records that came to a reader at rest are no silence yet', () => {
  assert.equal(statusOf(samples([50, 50], [50, 50], [50, 60]), true), 'ok')
  assert.equal(statusOf(samples([50, 50], [50, 60], [50, 70], [50, 80], [50, 90]), true), 'stalled')
})

test('a position that somebody moves without being a member is judged like others, and stopped when nobody does', () => {
  const moving = samples([0, 1_000], [400, 1_000], [800, 1_000], [900, 1_000])
  assert.equal(judge(moving, 'unknowable').status, 'catchingUp')
  assert.equal(judge(moving, 'none').status, 'stopped')
  assert.equal(judge(samples([10, 40], [10, 60]), 'unknowable').status, 'stopped')
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
  assert.equal(judge(samples([0, 10_000], [4_000, 10_100], [8_000, 10_200]), 'members').secondsLeft, 2_200 / 390)
  assert.equal(judge(samples([5, 10], [10, 10]), 'members').secondsLeft, 0)
  assert.equal(judge(samples([0, 100], [10, 300], [20, 600]), 'members').secondsLeft, Number.POSITIVE_INFINITY)
  assert.equal(ratesOf(samples([600, 600], [0, 600])).consumedPerSecond, 0, 'a rewind is no consumption')
})

test('a pipeline that keeps up does not flap, whenever one looks', () => {
  // 50 records a second; commits once a second reach what was there 0.4 s earlier; one looks every 2 to 5 seconds.
  const random = seededRandom(7)
  const window: PositionSample[] = []
  for (let atMs = 0; atMs < 120_000; atMs += 2_000 + random.integer(3_000)) {
    const committed = Math.max(0, Math.floor(Math.floor(atMs / 1_000) * 50 - 20))
    const end = Math.floor(atMs / 20)
    window.push({ atMs, committedOffset: BigInt(committed), endOffset: BigInt(end), lag: BigInt(end - committed) })
    if (window.length > 24) window.shift()
    if (atMs < 15_000) continue
    const { status, secondsLeft } = judge(window, 'members')
    assert.equal(status, 'ok', `at ${atMs} ms`)
    assert.ok(secondsLeft !== undefined && secondsLeft < 2, `${secondsLeft} s left at ${atMs} ms`)
  }
})

test('time lag is when the end passed the position', () => {
  const behind = (window: readonly PositionSample[]) => judge(window, 'members').secondsBehind
  // At 40 s the position is 250: the end was there half way between 20 s and 30 s.
  assert.equal(behind(samples([0, 100], [50, 200], [100, 200], [150, 300], [250, 400])), 15)
  assert.equal(behind(samples([100, 100], [200, 200])), 0, 'nothing waits')
  assert.equal(behind(samples([0, 1_000], [0, 1_100], [500, 1_200])), 20 + 50, 'before the window: by its rate')
  assert.equal(behind(samples([0, 100], [10, 100])), undefined, 'nobody produces, so nothing tells since when')
  assert.equal(behind([]), undefined)
})
