/** A fault that cannot be made is told to the editor, and is nothing to the pipeline. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FaultPlan, type FaultPorts } from '../../../runtime/src/control/faultPlan.ts'
import type { Steppable } from '../../../runtime/src/control/steppable.ts'
import type { BatchState, FaultedParams } from '../../../runtime/src/protocol.ts'

const range = { topic: 'orders', partition: 0, fromOffset: '0', untilOffset: '4' }
const unit = {} as Steppable

function planned(ports: Partial<FaultPorts<Steppable>>) {
  const told: FaultedParams[] = []
  let isKilled = false
  const missing = () => assert.fail('not asked for')
  const plan = new FaultPlan<Steppable>({
    offerOf: () => ({ isOffered: true }),
    met: () => ({ begun: [], done: [], committed: [], batch: { ranges: [range] } as unknown as BatchState }),
    nowMs: () => 7,
    tell: async params => void told.push(params),
    tellNow: missing,
    kill: () => {
      isKilled = true
    },
    isCommitOnWire: true,
    isCommitFirst: false,
    loseCommitReplies: missing,
    cutConnections: missing,
    freezesAt: 'saved',
    freeze: missing,
    startSecond: missing,
    deleteRecords: missing,
    stands: () => undefined,
    ...ports,
  })
  return { plan, told, isKilled: () => isKilled }
}

test('records that may not be deleted: told, and the process lives on', async () => {
  const deleteRecords = () => Promise.reject(new Error('not authorized'))
  const { plan, told, isKilled } = planned({ deleteRecords })
  assert.deepEqual(await plan.request({ fault: 'retention' }), { when: 'armed' })
  await plan.reach(unit, 'fetched')
  assert.deepEqual(told, [
    { fault: 'retention', isDeath: false, atMs: 7, begun: [], done: [], committed: [], problem: 'not authorized' },
  ])
  assert.equal(isKilled(), false)
})

test('a second instance that does not get so far: what kept it is told with the fault', async () => {
  const { plan, told } = planned({ freeze: async () => ({ committed: [], error: 'no such file' }) })
  await plan.request({ fault: 'freeze' })
  await plan.reach(unit, 'saved')
  assert.deepEqual(
    told.map(({ byOthers, problem }) => [byOthers, problem]),
    [
      [undefined, undefined],
      [[], 'the second instance: no such file'],
    ],
  )
})

test('a second instance that ends by itself is told when it does', async () => {
  let end: (problem: string) => void = () => {}
  const { plan, told } = planned({
    startSecond: onProblem => {
      end = onProblem
    },
  })
  assert.deepEqual(await plan.request({ fault: 'secondInstance' }), { when: 'now' })
  end('it has ended')
  assert.deepEqual(
    told.map(({ problem }) => problem),
    [undefined, 'the second instance: it has ended'],
  )
})

test('who commits first leaves nothing of the batch to whoever goes on in its place', async () => {
  const asked: unknown[] = []
  const { plan } = planned({
    met: () => ({
      begun: [range],
      done: [range],
      committed: [{ topic: 'orders', partition: 0, offset: '4' }],
      batch: { ranges: [range, { ...range, partition: 1 }] } as unknown as BatchState,
    }),
    freeze: async ranges => {
      asked.push(ranges)
      return { committed: [] }
    },
  })
  await plan.request({ fault: 'freeze' })
  await plan.reach(unit, 'saved')
  assert.deepEqual(asked, [[{ ...range, partition: 1 }]])
})
