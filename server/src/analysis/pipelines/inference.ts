/** What a pipeline really guarantees, with the chain of evidence: commit points, awaits, catches, outputs. */
import { within } from '../../facts/flows.ts'
import { outputsOf } from '../../facts/guards.ts'
import type { CommitMode, Flow, Guarantee, Handler, Inferred, OpaqueCall, Output, Place } from '../../facts/model.ts'

export interface InferenceInput {
  readonly at: Place
  readonly commitMode: CommitMode
  readonly handlers: readonly Handler[]
  readonly declared: Guarantee | undefined
}

interface Evidence {
  readonly at: Place
  readonly message: string
}

/**
 * Losing: a record may be counted as done without its output. Doubling: a redelivery repeats an output with effect.
 * Both: broken. Neither: effectively once, or exactly once where outputs and offsets share a transaction.
 */
export function inferGuarantee(input: InferenceInput): Inferred {
  const { handlers } = input
  if (handlers.length === 0)
    return { guarantee: 'unknown', evidence: [{ at: input.at, message: 'the handler is not in sight' }] }
  const works = handlers.flatMap(handler => [...outputs(handler.flow)])
  const start: Evidence = { at: input.at, message: commitText(input.commitMode) }
  const losing = [...early(input), ...handlers.flatMap(handler => [...losses(handler.flow)])]
  if (input.declared === 'at-most-once') return { guarantee: 'at-most-once', evidence: [start] }
  const guarded = new Set(
    handlers.flatMap(handler =>
      [...outputsOf(handler.flow)].filter(one => one.guardedBy?.dedupe === 'durable').map(one => one.output),
    ),
  )
  const doubling = works
    .filter(output => doubles(output) && !guarded.has(output))
    .map(
      (output): Evidence => ({
        at: output.at,
        message: `'${output.name}' is repeated on redelivery: ${output.idempotency.reason}`,
      }),
    )
  if (losing.length && doubling.length) return { guarantee: 'broken', evidence: [start, ...losing, ...doubling] }
  if (losing.length) return { guarantee: 'at-most-once', evidence: [start, ...losing] }
  if (input.commitMode === 'unknown')
    return {
      guarantee: 'unknown',
      evidence: [{ at: input.at, message: 'when offsets are committed is not known here' }],
    }
  if (doubling.length) return { guarantee: 'at-least-once', evidence: [start, ...doubling] }
  return settled(input, works, start)
}

function settled(input: InferenceInput, works: readonly Output[], start: Evidence): Inferred {
  const inside = works.filter(output => output.inTransaction)
  const hasOffsets = input.handlers.some(handler =>
    [...within(handler.flow)].some(part => part.kind === 'commit' && part.commit === 'send-offsets'),
  )
  const isCovered = works.every(output => output.inTransaction || output.idempotency.verdict === 'repeatable')
  if (input.declared === 'exactly-once' && isCovered)
    return { guarantee: 'exactly-once', evidence: [start, ...inside.map(inTransaction)] }
  if (inside.length && isCovered && hasOffsets)
    return { guarantee: 'exactly-once', evidence: [start, ...inside.map(inTransaction)] }
  const open = input.handlers.flatMap(handler => [...unknowns(handler.flow)])
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
  if (works.length === 0)
    return { guarantee: 'at-least-once', evidence: [start, { at: input.at, message: 'no output is in sight' }] }
  return {
    guarantee: 'effectively-once',
    evidence: [
      start,
      ...works.map(
        (output): Evidence => ({
          at: output.at,
          message:
            output.idempotency.verdict === 'repeatable'
              ? `'${output.name}' may be repeated: ${output.idempotency.reason}`
              : `'${output.name}' is guarded by a look-up of what was processed`,
        }),
      ),
    ],
  }
}

function inTransaction(output: Output): Evidence {
  return { at: output.at, message: `'${output.name}' is in the transaction that holds the offsets` }
}

function commitText(mode: CommitMode): string {
  return {
    'after-handler': 'the client commits after the handler has ended',
    'before-handler': 'the client counts a record as done before the handler has run',
    manual: 'offsets are committed by the code',
    store: 'offsets are saved with the batch',
    unknown: 'when offsets are committed is not known here',
  }[mode]
}

function* early(input: InferenceInput): Generator<Evidence> {
  if (input.commitMode !== 'before-handler') return
  yield { at: input.at, message: 'auto-commit may commit a record that is still being processed' }
}

/** Outputs nobody waits for, errors nobody acts on, commits in a `finally`. */
function* losses(flow: Flow): Generator<Evidence> {
  for (const part of within(flow)) {
    if (part.kind === 'detached' && [...outputs(part.flow), ...unknowns(part.flow)].length)
      yield { at: part.at, message: `nobody waits for '${part.name}'` }
    if (part.kind !== 'try' || !part.handler || !part.handlerAt || part.form === 'promise-used') continue
    const hasWork = [...outputs(part.block), ...unknowns(part.block)].length > 0
    if (hasWork && !part.defersError && !acts(part.handler))
      yield { at: part.handlerAt, message: 'a failure is caught here and forgotten' }
  }
}

function acts(flow: Flow): boolean {
  for (const part of within(flow)) {
    if (part.kind === 'output' || part.kind === 'seek' || part.kind === 'call') return true
    if (part.kind === 'exit' && (part.exit === 'throw' || part.hasValue)) return true
    if (part.kind === 'signal' && /^(?:process-exit|stop|told)$/.test(part.signal)) return true
  }
  return false
}

function* outputs(flow: Flow): Generator<Output> {
  for (const part of within(flow)) if (part.kind === 'output') yield part
}

function* unknowns(flow: Flow): Generator<OpaqueCall> {
  for (const part of within(flow)) if (part.kind === 'call' && part.takesRecord) yield part
}

function doubles(output: Output): boolean {
  return output.idempotency.verdict === 'not-repeatable' && !output.inTransaction && !output.isDeadLetter
}
