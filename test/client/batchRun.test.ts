/** A run as its events tell it: batches, a kill, the process after it, and the account. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type BatchState,
  type Capabilities,
  capabilityNames,
  controlProtocolVersion,
  type FaultedParams,
  type HelloParams,
  type WireRange,
} from '@tidemark/runtime/protocol'
import {
  type BatchRun,
  emptyRun,
  nextLife,
  type RunWords,
  snapshotOf,
  withAssignment,
  withBatch,
  withFaulted,
  withHello,
} from '../../client/src/debugging/batchRun.ts'
import { armedFault } from '../../client/src/debugging/faultStory.ts'

const words: RunWords = {
  waiting: () => 'waiting',
  restarting: () => 'restarting',
  running: () => 'running',
  frozen: place => `frozen ${place}`,
  stopped: ({ phase }) => `stopped ${phase}`,
  ended: () => 'ended',
  readOnly: cluster => `${cluster} is read-only`,
  lost: reason => `lost ${reason}`,
  reason: id => id,
  rule: id => id,
  ifItDied: ({ sentence, again }) => `${sentence} ${again}`,
}
const shown = (run: BatchRun) => snapshotOf(run, words, { pipeline: 'p', group: 'g' })
const range = (fromOffset: number, untilOffset: number): WireRange => ({
  topic: 'orders',
  partition: 0,
  fromOffset: String(fromOffset),
  untilOffset: String(untilOffset),
})
const at = (offset: number) => ({ topic: 'orders', partition: 0, offset: String(offset) })

function batch(phase: BatchState['phase'], more: Partial<BatchState> = {}): BatchState {
  return {
    batchId: 'b-1',
    sequence: 1,
    attempt: 1,
    phase,
    ranges: [range(0, 10)],
    recordCount: 10,
    isStopped: true,
    phaseStartedAtMs: 1_000,
    ...more,
  }
}

function hello(guarantee: string, capabilities: Partial<Capabilities> = {}): HelloParams {
  const all = Object.fromEntries(capabilityNames.map(name => [name, { isOffered: true }])) as Capabilities
  return {
    version: controlProtocolVersion,
    token: '',
    pid: 1,
    pipeline: 'p',
    groupId: 'g',
    guarantee,
    store: '',
    client: '',
    capabilities: { ...all, ...capabilities },
  }
}

function killed(guarantee: string, faulted: Partial<FaultedParams>, again: FaultedParams['again']): BatchRun {
  let run = withHello(emptyRun('scratch'), hello(guarantee))
  run = { ...run, fault: armedFault('killBetweenSaveAndCommit', run.life) }
  assert.equal(shown(run).fault?.stage, 'armed')
  run = withBatch(run, batch('saved'))
  run = withFaulted(run, {
    fault: 'killBetweenSaveAndCommit',
    isDeath: true,
    atMs: 2_000,
    batch: batch('saved'),
    begun: [range(0, 10)],
    done: [range(0, 10)],
    committed: [at(0)],
    ...(again ? { again } : {}),
    ...faulted,
  })
  assert.equal(shown(run).fault?.stage, 'restarting')
  assert.equal(shown(run).status.message, 'restarting')
  return nextLife(run)
}

test('what would happen if it died is said in the words of the reader', () => {
  const told = batch('fetched', { ifItDied: { sentence: 'readAgain', again: 10 } })
  assert.equal(shown(withBatch(emptyRun(undefined), told)).ifItDied, 'readAgain 10')
  assert.equal(shown(withBatch(emptyRun(undefined), batch('fetched'))).ifItDied, undefined)
})

test('a kill between save and commit: at least once repeats what was done, a transaction holds it', () => {
  for (const [guarantee, again, fate, rule] of [
    ['at-least-once', 'adds', 'repeated', 'doneBeforeCommit'],
    ['at-least-once', 'same', 'held', 'sameOutputs'],
    ['transactional exactly-once', undefined, 'held', 'rolledBack'],
  ] as const) {
    let run = withHello(killed(guarantee, {}, again), hello(guarantee))
    run = withAssignment(run, { positions: [at(0)], lost: [] })
    const { fault, history } = shown(run)
    assert.deepEqual(fault?.account?.rows, [{ range: range(0, 10), fate, why: rule }], guarantee)
    assert.equal(history[0]?.fault, 'killBetweenSaveAndCommit')
    // The batch that runs again, and commits, is what the account has said already.
    run = withBatch(run, batch('committed', { batchId: 'b-1', outcome: 'committed' }))
    assert.deepEqual(shown(run).fault?.account?.rows, fault?.account?.rows)
    assert.equal(new Set(shown(run).history.map(({ key }) => key)).size, 2, 'a batch of each process')
  }
})

test('retention that passes the offset is told as a loss', () => {
  let run = killed('at-least-once', { done: [], begun: [] }, undefined)
  run = withAssignment(withHello(run, hello('at-least-once')), { positions: [at(4)], lost: [range(0, 4)] })
  assert.deepEqual(shown(run).fault?.account?.offsets, { repeated: 0, lost: 4, held: 6 })
})

test('a fault that could not be made is over, and says why', () => {
  const waiting = withHello(emptyRun(undefined), hello('at-least-once'))
  const armed = { ...waiting, fault: armedFault('retention', 1) }
  const met = { begun: [], done: [], committed: [] }
  const run = withFaulted(armed, { fault: 'retention', isDeath: false, atMs: 1, ...met, problem: 'not authorized' })
  const { stage, problem, account } = shown(run).fault ?? assert.fail('no fault')
  assert.deepEqual([stage, problem, account?.rows], ['told', 'not authorized', []])
})

test('a fault that the process survives: what commits afterwards was not lost', () => {
  let run = withBatch(withHello(emptyRun(undefined), hello('at-least-once')), batch('processing'))
  run = withFaulted(run, {
    fault: 'cutConnection',
    isDeath: false,
    atMs: 2_000,
    batch: batch('processing'),
    begun: [range(0, 10)],
    done: [],
    committed: [at(0)],
  })
  assert.equal(shown(run).fault?.stage, 'met')
  run = withBatch(withBatch(run, batch('saved')), batch('committed', { outcome: 'committed' }))
  assert.deepEqual(shown(run).fault?.account?.rows, [{ range: range(0, 10), fate: 'held', why: 'committedAndDone' }])
})

test('the broker is restarted only where the editor can; every reason is worded', () => {
  const capabilities = {
    brokerRestart: { isOffered: true, caution: 'byTheEditor' },
    loseCommitReply: { isOffered: false, reason: 'replyNotSeen' },
  } as const
  const run = withHello(emptyRun(undefined), hello('at-least-once', capabilities))
  assert.deepEqual(shown(run).capabilities?.brokerRestart, { isOffered: false, note: 'byTheEditor' })
  const local = { ...run, localBrokers: ['127.0.0.1:9092'] }
  assert.deepEqual(shown(local).capabilities?.brokerRestart, { isOffered: false, note: 'otherCluster' })
  for (const [brokers, offer] of [
    [['kafka.example:9092'], { isOffered: false, note: 'otherCluster' }],
    [['127.0.0.1:9092'], { isOffered: true }],
    [['localhost:9092'], { isOffered: true }],
  ] as const)
    assert.deepEqual(
      shown(withHello(local, { ...hello('at-least-once', capabilities), brokers })).capabilities?.brokerRestart,
      offer,
    )
  assert.deepEqual(shown(run).capabilities?.loseCommitReply, { isOffered: false, note: 'replyNotSeen' })
  assert.equal(shown(emptyRun(undefined)).capabilities, undefined, 'nothing is offered before the hello')
})

test('the history is bounded, and a retry keeps its place', () => {
  let run = emptyRun(undefined)
  for (let sequence = 1; sequence <= 250; sequence++)
    run = withBatch(run, batch('committed', { sequence, batchId: `b-${sequence}`, outcome: 'committed' }))
  run = withBatch(run, batch('processing', { sequence: 250, batchId: 'b-250', attempt: 2 }))
  assert.equal(run.history.length, 200)
  assert.equal(shown(run).history.at(-1)?.outcome, 'running')
})
