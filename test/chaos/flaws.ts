/**
 * Pipelines broken on purpose, each in a way that real ones are: the harness that lets one of them pass proves nothing.
 */

import { setTimeout as pause } from 'node:timers/promises'
import type { GroupMembership } from '../../runtime/src/clients/client.ts'
import type { Guarantee, GuaranteeEnvironment, Protocol } from '../../runtime/src/guarantees/guarantee.ts'
import type { OffsetStore, OpenStore } from '../../runtime/src/stores/store.ts'
import type { PipelineSettings } from './settings.ts'

export const flaws = {
  /** Offsets first, results after, and a claim that nothing is lost. */
  'commit-before-save': 'at-least-once',
  /** Offsets move without a look at where they stand: a zombie's batch is written again. */
  'no-compare-and-set': 'transactional',
  /** The offset of the last record is stored as the position, so that it is read again. */
  'offset-not-plus-one': 'transactional',
  /** A transactional id for each process, and offsets sent without member and generation: a zombie's transaction commits. */
  'unfenced-transaction': 'transactional',
  /** A batch that is not frozen before it runs: its rerun has another id and range. */
  'plan-not-frozen': 'idempotent',
} as const

/** Flaws that only show when an instance is frozen and another takes over. */
export const zombieFlaws: ReadonlySet<Flaw> = new Set(['no-compare-and-set', 'unfenced-transaction'])

/**
 * How long each flaw stays open. As long as the few ms that it takes by nature, a dozen kills can miss it by chance, and the control fails
 * for no fault of the harness.
 */
const openMs = 50

export type Flaw = keyof typeof flaws

/** The same guarantee by name, with one thing wrong inside. */
export function breakGuarantee<Extra extends object>(
  whole: Guarantee<Extra>,
  flaw: Flaw | undefined,
  settings: PipelineSettings,
): Guarantee<Extra> {
  if (flaw === undefined) return whole
  return {
    ...whole,
    async open(environment) {
      const protocol = await whole.open(flaw === 'unfenced-transaction' ? withoutFence(environment) : environment)
      return breakProtocol(protocol, flaw, environment, settings)
    },
  }
}

/** A store that keeps no plan, so that nothing holds a rerun to the range its id had: with one kept, a commit would be refused. */
export function forgettingPlans<Tx>(store: OffsetStore<Tx>): OffsetStore<Tx> {
  return {
    ...store,
    async open(options) {
      const forgetful: Pick<OpenStore<Tx>, 'writePlan' | 'readPlans'> = {
        writePlan: async () => {},
        readPlans: async () => [],
      }
      return new Proxy(await store.open(options), {
        get(open, name) {
          const value: unknown = Reflect.get(name in forgetful ? forgetful : open, name)
          return typeof value === 'function' ? value.bind(open) : value
        },
      })
    },
  }
}

function breakProtocol<Extra extends object>(
  whole: Protocol<Extra>,
  flaw: Flaw,
  environment: GuaranteeEnvironment,
  settings: PipelineSettings,
): Protocol<Extra> {
  switch (flaw) {
    case 'commit-before-save':
      return {
        ...whole,
        async run(unit, steps) {
          const offsets = unit.ranges.map(({ topic, partition, untilOffset }) => ({
            topic,
            partition,
            offset: untilOffset,
          }))
          await environment.membership().commit(offsets)
          await pause(openMs)
          await whole.run(unit, steps)
        },
      }
    case 'no-compare-and-set':
      return {
        ...whole,
        async run(unit, steps) {
          // The instant that makes a zombie: its records are read, its transaction has not begun.
          await pause(openMs)
          await overwriting(whole, unit, run => whole.run(run, steps))
        },
      }
    case 'offset-not-plus-one': {
      const stepBack = (offset: bigint) => (offset > 0n ? offset - 1n : offset)
      return {
        ...whole,
        positions: async partitions =>
          (await whole.positions(partitions)).map(each => ({ ...each, offset: stepBack(each.offset) })),
        run: (unit, steps) => overwriting(whole, unit, run => whole.run(run, steps)),
      }
    }
    case 'plan-not-frozen':
      // Broken in the store: see `forgettingPlans`. A kill here reruns what is saved.
      return lingering(whole)
    case 'unfenced-transaction':
      // The instant that makes a zombie: its records are sent, its offsets are not.
      return lingering(whole)
  }
  throw new Error(`no such flaw: ${flaw satisfies never} in ${settings.guarantee}`)
}

/** Results saved, offsets not yet: for a while. */
function lingering<Extra extends object>(whole: Protocol<Extra>): Protocol<Extra> {
  return {
    ...whole,
    run: (unit, steps) => whole.run(unit, { ...steps, saved: () => steps.saved().then(() => pause(openMs)) }),
  }
}

/** Pretends that the batch starts wherever the position stands now: what a plain UPDATE does. */
async function overwriting<Extra extends object>(
  whole: Protocol<Extra>,
  unit: Parameters<Protocol<Extra>['run']>[0],
  run: (unit: Parameters<Protocol<Extra>['run']>[0]) => Promise<void>,
): Promise<void> {
  const stands = await whole.positions(unit.ranges)
  const ranges = unit.ranges.map(range => {
    const found = stands.find(each => each.topic === range.topic && each.partition === range.partition)
    const from = found?.offset ?? range.fromOffset
    return { ...range, fromOffset: from, untilOffset: later(from, range.untilOffset) }
  })
  await run({
    ...unit,
    batchId: unit.batchId,
    records: unit.records,
    attempt: unit.attempt,
    startedAtMs: unit.startedAtMs,
    ranges,
  })
}

function later(left: bigint, right: bigint): bigint {
  return [left, right].sort((a, b) => (a < b ? 1 : -1))[0] ?? left
}

function withoutFence(environment: GuaranteeEnvironment): GuaranteeEnvironment {
  const membership = (): GroupMembership => {
    const real = environment.membership()
    const identity = () => ({ groupId: real.groupId, memberId: '', generation: -1, groupInstanceId: undefined })
    return {
      groupId: real.groupId,
      assignment: real.assignment,
      commit: offsets => real.commit(offsets),
      leave: () => real.leave(),
      identity,
    }
  }
  return { ...environment, membership }
}
