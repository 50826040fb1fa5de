/** What a pipeline really guarantees, with the chain of evidence: commit points, awaits, catches, outputs. */
import { within } from '../../facts/flows.ts'
import { isUndone, outputsOf, refusing } from '../../facts/guards.ts'
import type {
  CommitMode,
  Flow,
  Handler,
  Inferred,
  OpaqueCall,
  Output,
  Pipeline,
  Place,
  Test,
} from '../../facts/model.ts'
import { earlyExits } from '../../rules/batch-autoresolve-early-exit.ts'
import { earlyCommits } from '../../rules/commit-before-output.ts'
import { earlyMarks, isNotedBy } from '../../rules/shared/earlyMarks.ts'
import { groupCommits } from '../../rules/shared/groupCommits.ts'
import { isReading, keyOf } from '../../rules/shared/handlers.ts'
import { explore } from '../../rules/shared/paths.ts'
import { swallowedIn } from '../../rules/swallowed-error.ts'
import { unawaitedIn } from '../../rules/unawaited-output.ts'

/** A pipeline with all its facts but this one. */
export type InferenceInput = Omit<Pipeline, 'inferred'>

interface Evidence {
  readonly at: Place
  readonly message: string
}

/**
 * Losing: a record may be counted as done without its output. Doubling: a redelivery repeats an output with effect.
 * Both: broken. Neither: effectively once, or exactly once where outputs and offsets share a transaction.
 */
export function inferGuarantee(input: InferenceInput): Inferred {
  const { handlers, at } = input
  if (handlers.length === 0) return { guarantee: 'unknown', evidence: [{ at, message: 'the handler is not in sight' }] }
  const { commitMode } = input.options
  const start: Evidence = { at, message: commitText(commitMode, handlers) }
  if (input.declared?.guarantee === 'at-most-once') return { guarantee: 'at-most-once', evidence: [start] }
  const works = handlers.flatMap(handler => [...outputs(handler.flow), ...written(handler.flow)])
  const losing = [...early(input), ...losses({ ...input, inferred: notYet })]
  const doubling = doubles(input, works)
  if (losing.length && doubling.length) {
    // Where each of them only ever runs behind its own commit, no crash brings its record back.
    if (handlers.every(handler => commitsFirst(input, handler)))
      return { guarantee: 'at-most-once', evidence: [start, ...losing] }
    return { guarantee: 'broken', evidence: [start, ...losing, ...doubling] }
  }
  if (losing.length) return { guarantee: 'at-most-once', evidence: [start, ...losing] }
  if (commitMode === 'unknown')
    return { guarantee: 'unknown', evidence: [{ at, message: 'when offsets are committed is not known here' }] }
  if (doubling.length) return { guarantee: 'at-least-once', evidence: [start, ...doubling] }
  return settled(input, works, start)
}

const notYet: Inferred = { guarantee: 'unknown', evidence: [] }

function settled(input: InferenceInput, works: readonly Output[], start: Evidence): Inferred {
  const inside = works.filter(output => output.inTransaction)
  const hasOffsets = input.handlers.some(handler =>
    [...within(handler.flow)].some(
      part => part.kind === 'commit' && part.commit === 'send-offsets' && part.isAwaited !== false,
    ),
  )
  const isCovered = works.every(output => output.inTransaction || output.idempotency.verdict === 'repeatable')
  if (input.declared?.guarantee === 'exactly-once' && isCovered)
    return { guarantee: 'exactly-once', evidence: [start, ...inside.map(inTransaction)] }
  if (inside.length && isCovered && hasOffsets)
    return { guarantee: 'exactly-once', evidence: [start, ...inside.map(inTransaction)] }
  const open = input.handlers.flatMap(handler => [...unknowns(handler.flow)])
  const undecided = open.flatMap(undecidedOf)
  if (undecided.length) return { guarantee: 'unknown', evidence: [start, ...undecided] }
  if (open.length && works.length === 0)
    return {
      guarantee: 'at-least-once',
      evidence: [
        start,
        ...open
          .slice(0, 3)
          .map((call): Evidence => ({ at: call.at, message: `whether '${call.name}' may be repeated is not known` })),
      ],
    }
  if (works.some(output => output.idempotency.verdict === 'unknown') || open.length)
    return { guarantee: 'at-least-once', evidence: [start] }
  // What is put aside is not what the record is for.
  const done = works.filter(output => !output.isDeadLetter)
  const undone = undoneIn(input)
  if (done.length === 0)
    return { guarantee: 'at-least-once', evidence: [start, { at: input.at, message: 'no output is in sight' }] }
  return {
    guarantee: 'effectively-once',
    evidence: [
      start,
      ...done.map(
        (output): Evidence => ({
          at: output.at,
          message:
            output.idempotency.verdict === 'repeatable'
              ? `'${output.name}' may be repeated: ${output.idempotency.reason}`
              : isUndone(output, undone)
                ? `'${output.name}' is undone on a repeat, with the insert in its transaction that fails then`
                : `'${output.name}' is guarded by a look-up of what was processed`,
        }),
      ),
    ],
  }
}

function inTransaction(output: Output): Evidence {
  return { at: output.at, message: `'${output.name}' is in the transaction that holds the offsets` }
}

function commitText(mode: CommitMode, handlers: readonly Handler[]): string {
  if (mode === 'manual' && !handlers.some(({ flow }) => within(flow).some(part => part.kind === 'commit')))
    return 'the client commits nothing, and no commit is in sight'
  return {
    'after-handler': 'the client commits after the handler has ended',
    'before-handler': 'the client counts a record as done before the handler has run',
    manual: 'offsets are committed by the code',
    store: 'offsets are saved with the batch',
    unknown: 'when offsets are committed is not known here',
  }[mode]
}

function* early(input: InferenceInput): Generator<Evidence> {
  if (input.options.commitMode !== 'before-handler') return
  yield { at: input.at, message: 'auto-commit may commit a record that is still being processed' }
}

/** By what the rules find, so that the guarantee above a pipeline never contradicts the marks in it. */
function* losses(pipeline: Pipeline): Generator<Evidence> {
  for (const handler of pipeline.handlers) {
    for (const { at, commit, work } of earlyCommits(pipeline, handler))
      yield { at, message: `'${commit.name}' may mark a record done before '${work.name}' is` }
    for (const { at, mark, work } of earlyMarks(pipeline, handler))
      yield { at, message: `'${mark.name}' notes the record as processed before '${work.name}' has run` }
    for (const { at, detached, work } of unawaitedIn(pipeline, handler))
      yield { at, message: `nobody waits for '${detached?.name ?? work.name}'` }
    // A broken record that is passed over is no matter of delivery.
    for (const { at, work } of swallowedIn(pipeline, handler))
      if (work.kind !== 'signal') yield { at, message: 'a failure is caught here and forgotten' }
    for (const { at, exit } of earlyExits(pipeline, handler))
      yield { at, message: `'${exit}' leaves the batch, and the client takes the rest of it for done` }
    for (const { group } of groupCommits(pipeline, handler))
      yield { at: group.at, message: `'${group.source}' skips records of other groups with lower offsets` }
    for (const part of within(handler.flow))
      if (part.kind === 'commit' && part.offset.form === 'text-plus-one')
        yield { at: part.offset.at, message: `'${part.offset.source}' skips records: it appends a digit` }
  }
}

/** Every way to an output leads past a commit that has reached the broker. */
function commitsFirst({ options }: InferenceInput, handler: Handler): boolean {
  if (options.commitMode !== 'manual') return false
  // Of what is awaited together, nothing comes first.
  if (within(handler.flow).some(part => part.kind === 'parallel')) return false
  let isFirst = true
  explore<boolean>(handler.flow, [false], {
    key: String,
    event: (event, isCommitted) => {
      if (event.kind === 'output' && !isCommitted) isFirst = false
      if (event.kind === 'detached' && !isCommitted && [...outputs(event.flow)].length) isFirst = false
      return isCommitted || (event.kind === 'commit' && event.commit === 'commit')
    },
  })
  return isFirst
}

function* outputs(flow: Flow): Generator<Output> {
  for (const part of within(flow)) if (part.kind === 'output') yield part
}

/** What only others write out, of records that the handler leaves in a list. */
function* written(flow: Flow): Generator<Output> {
  const own = new Set([...outputs(flow)].map(({ at }) => keyOf(at)))
  for (const part of within(flow)) {
    const work = part.kind === 'pending' && part.list ? part.work : undefined
    if (work?.kind !== 'output' || own.has(keyOf(work.at))) continue
    own.add(keyOf(work.at))
    yield work
  }
}

function* unknowns(flow: Flow): Generator<OpaqueCall> {
  for (const part of within(flow)) if (part.kind === 'call' && part.takesRecord && !isReading(part)) yield part
}

const amongMax = 4

/** One of several classes does it, each in its own way. */
function undecidedOf({ at, name, among = [] }: OpaqueCall): Evidence[] {
  const shown = among.slice(0, amongMax)
  if (shown.length === 0) return []
  const left = among.length > shown.length ? `, or ${among.length - shown.length} more` : ''
  const names = shown.map(one => one.name).join(' or ')
  return [
    { at, message: `'${name}' is ${names}${left}: which one is not known here` },
    ...shown.map(one => ({ at: one.at, message: `it may be '${one.name}'` })),
  ]
}

/** Passed over once it is noted, which is done later and by itself: until then a redelivery repeats it. */
function notedLater(output: Output, { flow, test }: { readonly flow: Flow; readonly test: Test }): Evidence[] {
  if (output.inTransaction || output.idempotency.verdict !== 'not-repeatable' || isNotedBy(test, output)) return []
  const parts = within(flow)
  const notes = parts.filter((part): part is Output => part.kind === 'output' && isNotedBy(test, part))
  const isTogether = notes.some(
    note => note.databaseTransaction !== undefined && note.databaseTransaction === output.databaseTransaction,
  )
  const later = notes.find(note => parts.indexOf(note) > parts.indexOf(output))
  if (isTogether || !later) return []
  return [
    {
      at: output.at,
      message: `'${output.name}' is repeated where the process dies before '${later.name}' has noted it`,
    },
  ]
}

function undoneIn({ handlers }: Pick<InferenceInput, 'handlers'>): ReadonlySet<string> {
  return new Set(handlers.flatMap(handler => [...refusing(handler.flow)]))
}

/** Outputs that a redelivery repeats with effect. */
function doubles({ handlers }: InferenceInput, works: readonly Output[]): Evidence[] {
  const guarded = new Map(
    handlers.flatMap(({ flow }) =>
      [...outputsOf(flow)].flatMap(({ output, guardedBy }) =>
        guardedBy?.dedupe === 'durable' ? [[output, { flow, test: guardedBy }] as const] : [],
      ),
    ),
  )
  const undone = undoneIn({ handlers })
  return works.flatMap((output): Evidence[] => {
    if (output.isDeadLetter) return []
    const guard = guarded.get(output)
    if (guard) return notedLater(output, guard)
    if (isUndone(output, undone)) return []
    const behind = output.inTransaction ? offsetBehind(output, handlers) : undefined
    if (behind) return [behind]
    if (isOpen(output, handlers))
      return [
        { at: output.at, message: `'${output.name}' is repeated on redelivery: its transaction holds no offsets` },
      ]
    if (output.inTransaction || output.idempotency.verdict !== 'not-repeatable') return []
    return [{ at: output.at, message: `'${output.name}' is repeated on redelivery: ${output.idempotency.reason}` }]
  })
}

/** In a transaction whose offset is that of the record just read: after a restart it is read again, and written again. */
function offsetBehind(output: Output, handlers: readonly Handler[]): Evidence | undefined {
  const own = handlers.find(handler => within(handler.flow).includes(output))
  for (const part of own ? within(own.flow) : [])
    if (part.kind === 'commit' && part.commit === 'send-offsets' && part.offset.form === 'as-is')
      return {
        at: part.offset.at,
        message: `'${part.offset.source}' is read again after a restart, and '${output.name}' is repeated`,
      }
  return undefined
}

/** In a Kafka transaction that commits without `sendOffsets`. */
function isOpen(output: Output, handlers: readonly Handler[]): boolean {
  if (!output.inTransaction || output.output !== 'produce') return false
  const own = handlers.find(handler => within(handler.flow).includes(output))
  if (!own) return false
  const parts = within(own.flow)
  return (
    parts.some(part => part.kind === 'signal' && part.signal === 'begin') &&
    !parts.some(part => part.kind === 'commit' && part.commit === 'send-offsets' && part.isAwaited !== false)
  )
}
