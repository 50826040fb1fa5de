/** What a fault was, what it met, and what came after it, folded into the account that the batch panel shows. Pure. */
import { type AccountRule, accountOf } from '@tidemark/runtime/account'
import {
  type BatchState,
  batchPhases,
  type FaultedParams,
  type FaultKind,
  type PositionsParams,
  type WirePlace,
  type WireRange,
} from '@tidemark/runtime/protocol'
import type { FaultView } from '@tidemark/webview/protocol'

/** Ranges kept of what ran after a fault: an account that stands for hours must not grow with it. */
const rangesMax = 2_000

export interface FaultStory {
  readonly kind: FaultKind
  /** The process it was asked of, as `BatchRun.life` counts. */
  readonly life: number
  readonly stage: FaultView['stage']
  readonly faulted?: FaultedParams
  readonly guarantee: string
  /** Where the group stood after the fault. */
  readonly positions: readonly WirePlace[]
  /** Whether `positions` were told by an assignment; then later commits say nothing about the fault. */
  readonly isAssigned: boolean
  readonly ranAgain: readonly WireRange[]
  readonly doneSince: readonly WireRange[]
  readonly lost: readonly WireRange[]
}

export function armedFault(kind: FaultKind, life: number): FaultStory {
  return {
    kind,
    life,
    stage: 'armed',
    guarantee: '',
    positions: [],
    isAssigned: false,
    ranAgain: [],
    doneSince: [],
    lost: [],
  }
}

/** A fault may be told twice: when it begins, and again with what others did meanwhile. */
export function metFault(
  story: FaultStory | undefined,
  faulted: FaultedParams,
  guarantee: string,
  life: number,
): FaultStory {
  const known = story?.kind === faulted.fault ? story : armedFault(faulted.fault, life)
  return {
    ...known,
    life,
    stage: faulted.problem !== undefined ? 'told' : faulted.isDeath ? 'restarting' : 'met',
    faulted,
    guarantee,
    positions: known.positions.length > 0 ? known.positions : faulted.committed,
  }
}

export function withPositions(story: FaultStory, { positions, lost }: PositionsParams): FaultStory {
  if (!story.faulted) return story
  // Of a partition that went to another instance nothing is told: what was known of it stays.
  const others = story.positions.filter(known => !positions.some(told => isSamePartition(known, told)))
  return {
    ...story,
    stage: 'told',
    positions: story.isAssigned ? story.positions : [...positions, ...others],
    isAssigned: true,
    lost: [...story.lost, ...lost].slice(-rangesMax),
  }
}

/** @param life the process that runs the batch: the one that was met, or one started after it */
export function withBatchSince(story: FaultStory, batch: BatchState, life: number): FaultStory {
  const { faulted } = story
  const isNewLife = life > story.life
  if (!faulted || (faulted.isDeath && !isNewLife)) return story
  const reached = batchPhases.indexOf(batch.phase)
  const isSame =
    !isNewLife && batch.batchId === faulted.batch?.batchId && batch.attempt === (faulted.batch?.attempt ?? 1)
  const hasRun = reached >= batchPhases.indexOf('processing') && !isSame
  const isDone = reached >= batchPhases.indexOf('saved')
  const isCommitted = batch.outcome === 'committed'
  return {
    ...story,
    stage: isCommitted ? 'told' : story.stage,
    ranAgain: hasRun ? withRanges(story.ranAgain, batch.ranges) : story.ranAgain,
    doneSince: isDone && !isNewLife ? withRanges(story.doneSince, batch.ranges) : story.doneSince,
    positions: isCommitted && !story.isAssigned ? movedPositions(story.positions, batch.ranges) : story.positions,
  }
}

/** @param rule says a rule of the protocol in the reader's language */
export function faultView(story: FaultStory, rule: (id: AccountRule) => string): FaultView {
  const { kind, stage, faulted, guarantee, positions, ranAgain, lost, doneSince } = story
  const sequence = faulted?.batch?.sequence
  const problem = faulted?.problem
  const view: FaultView = {
    kind,
    stage,
    ...(sequence === undefined ? {} : { sequence }),
    ...(problem === undefined ? {} : { problem }),
  }
  if (!faulted || stage !== 'told') return view
  const done = [...faulted.done, ...doneSince]
  const account = accountOf({ ...faulted, done }, { guarantee, positions, ranAgain, lost })
  const rows = account.rows.map(({ range, fate, rule: id }) => ({ range, fate, why: rule(id) }))
  return { ...view, account: { rows, offsets: account.offsets } }
}

function withRanges(known: readonly WireRange[], more: readonly WireRange[]): readonly WireRange[] {
  const added = more.filter(range => !known.some(each => isSameRange(each, range)))
  return added.length === 0 ? known : [...known, ...added].slice(-rangesMax)
}

function movedPositions(known: readonly WirePlace[], ranges: readonly WireRange[]): readonly WirePlace[] {
  const moved = new Map(known.map(place => [`${place.partition} ${place.topic}`, place]))
  for (const { topic, partition, untilOffset } of ranges) {
    const name = `${partition} ${topic}`
    if (BigInt(moved.get(name)?.offset ?? -1) < BigInt(untilOffset))
      moved.set(name, { topic, partition, offset: untilOffset })
  }
  return [...moved.values()]
}

function isSamePartition(left: WirePlace, right: WirePlace): boolean {
  return left.topic === right.topic && left.partition === right.partition
}

function isSameRange(left: WireRange, right: WireRange): boolean {
  return (
    left.topic === right.topic &&
    left.partition === right.partition &&
    left.fromOffset === right.fromOffset &&
    left.untilOffset === right.untilOffset
  )
}
