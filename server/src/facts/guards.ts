/** The outputs of a flow, each with the test that keeps a record seen before from reaching it. */
import { within } from './flows.ts'
import type { Flow, OpaqueCall, Output, Test } from './model.ts'

export interface GuardedOutput {
  readonly output: Output | OpaqueCall
  readonly guardedBy: Test | undefined
  /** Only where something failed before. */
  readonly isAfterFailure: boolean
}

export function* outputsOf(flow: Flow): Generator<GuardedOutput> {
  const canRemember = within(flow).some(remembers)
  for (const one of visit(flow, { test: undefined, isAfterFailure: false }))
    yield canRemember || one.guardedBy?.dedupe !== 'durable' ? one : { ...one, guardedBy: undefined }
}

/** Transactions that a repeat undoes: something in them fails because it is there already. */
export function refusing(flow: Flow): ReadonlySet<string> {
  const found = new Set<string>()
  for (const part of within(flow))
    if (part.kind === 'output' && part.databaseTransaction !== undefined && part.idempotency.refuses)
      found.add(part.databaseTransaction)
  return found
}

/** @param transactions - those that a repeat undoes */
export function isUndone({ databaseTransaction }: Output, transactions: ReadonlySet<string>): boolean {
  return databaseTransaction !== undefined && transactions.has(databaseTransaction)
}

/** Leaves something behind that a later look-up may find. Looking up does not, nor does sending. */
function remembers(flow: Flow): boolean {
  if (flow.kind === 'output') return /^(?:database|document|cache|store|file|custom)$/.test(flow.output)
  return flow.kind === 'call' && !/(?:^|[.#])(?:find|get|count|exists|select|load|fetch|has|is)\w*$/i.test(flow.name)
}

/** What has been asked so far on the way; a test that leaves the handler for a repeat guards what follows it. */
interface Guard {
  test: Test | undefined
  readonly isAfterFailure: boolean
}

function* visit(flow: Flow, guard: Guard): Generator<GuardedOutput> {
  switch (flow.kind) {
    case 'call':
    case 'output':
      yield { output: flow, guardedBy: guard.test, isAfterFailure: guard.isAfterFailure }
      return
    case 'sequence':
      for (const step of flow.steps) yield* visit(step, guard)
      return
    case 'branch': {
      const { repeatArm } = flow.test
      for (const [index, arm] of flow.arms.entries()) {
        const isFirstTime = repeatArm !== undefined && index !== repeatArm
        yield* visit(arm, { ...guard, test: isFirstTime ? flow.test : guard.test })
      }
      const repeat = repeatArm === undefined ? undefined : flow.arms[repeatArm]
      if (repeat && (leaves(repeat) || refuses(repeat))) guard.test = flow.test
      return
    }
    case 'loop':
      // A guard inside a loop holds for the rest of the iteration.
      yield* visit(flow.body, { ...guard })
      return
    case 'helper':
      yield* visit(flow.body, guard)
      return
    case 'try':
      yield* visit(flow.block, guard)
      if (flow.handler) yield* visit(flow.handler, { ...guard, isAfterFailure: true })
      if (flow.cleanup) yield* visit(flow.cleanup, guard)
      return
    case 'parallel':
      for (const arm of flow.arms) yield* visit(arm, { ...guard })
      return
    case 'detached':
      yield* visit(flow.flow, { ...guard })
  }
}

/** `if (existing) throw new Conflict()` */
function refuses(flow: Flow): boolean {
  if (flow.kind === 'exit') return flow.exit === 'throw'
  return flow.kind === 'sequence' && flow.steps.some(refuses)
}

/** Ends the work on the record without an error. */
export function leaves(flow: Flow): boolean {
  if (flow.kind === 'exit') return flow.exit !== 'throw'
  if (flow.kind === 'sequence') return flow.steps.some(leaves)
  return false
}
