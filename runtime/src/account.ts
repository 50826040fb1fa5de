/**
 * What became of a batch that a fault met, record by record: repeated, lost or held, and the rule of the protocol that explains it.
 *
 * Told from what was seen, not from what was promised: what the handler had begun and done, what is committed now, and what ran again.
 */
import type { FaultedParams, WirePlace, WireRange } from './protocol.ts'
import { partitionName } from './semantics/ranges.ts'

/** Rules by id; English, for terminals and logs. */
export const accountRules = {
  committedAndDone: 'Its offsets are committed and its handling was done before: it does not run again.',
  notBegun: 'The handler had not begun it, and its offset was not committed: it runs once, after the fault.',
  rolledBack: 'Results and offsets share one transaction, which was not committed: as if never seen, it runs again.',
  aborted:
    'The broker aborted the Kafka transaction of results and offsets: no read_committed reader sees its records, and it runs again.',
  sameOutputs: 'It runs again, and each output that was seen replaces itself: nothing is doubled.',
  sameKeys:
    'The frozen batch runs again with the same range under the same id: outputs under its keys are written over, not added.',
  fencedZombie:
    'Another instance owns the partition and did it; the commit of the frozen one was refused, and its transaction rolled back.',
  doneBeforeCommit:
    'Its handling was done and its offset not yet committed: it runs again, and what it wrote stands twice.',
  begunBeforeCommit:
    'Its handling had begun and its offset was not committed: it runs again, and what it had written by then stands twice.',
  zombieOutputs:
    'Another instance did it as well: what the frozen one had written stands, for no transaction holds it back.',
  committedBeforeDone:
    'Its offset was committed before its handling was done: what the handler had not written of it by then is lost.',
  committedBeforeBegun: 'Its offset was committed before its handling had begun: nobody handles it.',
  deletedByRetention: 'Retention deleted it before it was handled.',
} as const
export type AccountRule = keyof typeof accountRules

export interface AccountRow {
  readonly range: WireRange
  readonly fate: 'repeated' | 'lost' | 'held'
  readonly rule: AccountRule
}

export interface Account {
  /** In the order of the batch's ranges; together they cover each offset of them once. */
  readonly rows: readonly AccountRow[]
  /** Offsets by fate; markers and gaps take offsets too. */
  readonly offsets: { readonly repeated: number; readonly lost: number; readonly held: number }
}

export interface AfterFault {
  /** As the hello says it. */
  readonly guarantee: string
  /** Where the group stands after the fault: of the restarted run's `tidemark/positions`, or what was committed since. */
  readonly positions: readonly WirePlace[]
  /** What was handed to a handler since, by this run, the restarted one or another instance. */
  readonly ranAgain: readonly WireRange[]
  /** What retention has taken unprocessed. */
  readonly lost: readonly WireRange[]
}

/** @example accountOf(faulted, { guarantee: hello.guarantee, positions, ranAgain: [], lost: [] }).rows */
export function accountOf(faulted: FaultedParams, after: AfterFault): Account {
  const rows = (faulted.batch?.ranges ?? []).flatMap(range => rowsOf(range, faulted, after))
  const offsets = { repeated: 0, lost: 0, held: 0 }
  for (const { range, fate } of rows) offsets[fate] += Number(BigInt(range.untilOffset) - BigInt(range.fromOffset))
  return { rows, offsets }
}

/** Cuts the range wherever what is known of its offsets changes, and judges each piece by its first offset. */
function rowsOf(range: WireRange, faulted: FaultedParams, after: AfterFault): AccountRow[] {
  const from = BigInt(range.fromOffset)
  const until = BigInt(range.untilOffset)
  const ends = [faulted.begun, faulted.done, faulted.byOthers ?? [], after.ranAgain, after.lost]
    .flat()
    .filter(each => partitionName(each) === partitionName(range))
    .flatMap(({ fromOffset, untilOffset }) => [BigInt(fromOffset), BigInt(untilOffset)])
  const position = positionNow(range, faulted, after)
  const cuts = new Set([
    from,
    ...[...ends, ...(position === undefined ? [] : [position])].filter(at => at > from && at < until),
  ])
  const starts = [...cuts].sort((left, right) => (left < right ? -1 : 1))
  const rows: AccountRow[] = []
  for (const [index, start] of starts.entries()) {
    const judged = judge({ ...range, offset: `${start}` }, faulted, after)
    const untilOffset = `${starts[index + 1] ?? until}`
    const last = rows.at(-1)
    if (last?.rule === judged.rule) rows[rows.length - 1] = { ...last, range: { ...last.range, untilOffset } }
    else rows.push({ range: { ...range, fromOffset: `${start}`, untilOffset }, ...judged })
  }
  return rows
}

function judge(place: WirePlace, faulted: FaultedParams, after: AfterFault): Omit<AccountRow, 'range'> {
  const { guarantee } = after
  if (holds(after.lost, place)) return { fate: 'lost', rule: 'deletedByRetention' }
  const position = positionNow(place, faulted, after)
  const isBegun = holds(faulted.begun, place)
  const isDone = holds(faulted.done, place)
  const isByOthers = holds(faulted.byOthers ?? [], place)
  const runsAgain =
    isByOthers || holds(after.ranAgain, place) || position === undefined || BigInt(place.offset) >= position
  if (!runsAgain && isDone) return held('committedAndDone')
  if (!runsAgain) return { fate: 'lost', rule: isBegun ? 'committedBeforeDone' : 'committedBeforeBegun' }
  // Of a group that had committed nothing yet, nobody else can tell that something is missing.
  if (faulted.fault === 'retention' && !holds(after.ranAgain, place))
    return { fate: 'lost', rule: 'deletedByRetention' }
  if (!isBegun) return held('notBegun')
  if (faulted.again !== 'adds') {
    if (guarantee === 'transactional exactly-once') return held(isByOthers ? 'fencedZombie' : 'rolledBack')
    if (guarantee === 'transactional exactly-once in Kafka') return held(isByOthers ? 'fencedZombie' : 'aborted')
    if (guarantee === 'idempotent exactly-once') return held('sameKeys')
    if (faulted.again === 'same') return held('sameOutputs')
  }
  if (isByOthers) return { fate: 'repeated', rule: 'zombieOutputs' }
  return { fate: 'repeated', rule: isDone ? 'doneBeforeCommit' : 'begunBeforeCommit' }
}

function held(rule: AccountRule): Omit<AccountRow, 'range'> {
  return { fate: 'held', rule }
}

function holds(ranges: readonly WireRange[], { topic, partition, offset }: WirePlace): boolean {
  const at = BigInt(offset)
  return ranges.some(
    each =>
      each.topic === topic &&
      each.partition === partition &&
      BigInt(each.fromOffset) <= at &&
      at < BigInt(each.untilOffset),
  )
}

/** Where the group stands; as the process knew it, until the restarted one has told. */
function positionNow(place: Omit<WirePlace, 'offset'>, faulted: FaultedParams, after: AfterFault): bigint | undefined {
  return positionOf(place, after.positions) ?? positionOf(place, faulted.committed)
}

function positionOf(
  { topic, partition }: Omit<WirePlace, 'offset'>,
  positions: readonly WirePlace[],
): bigint | undefined {
  const found = positions.find(each => each.topic === topic && each.partition === partition)
  return found && BigInt(found.offset)
}
