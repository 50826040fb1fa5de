import { within } from '../facts/flows.ts'
import { isUndone, leaves, outputsOf, refusing } from '../facts/guards.ts'
import type { Flow, Output, Pipeline, Place } from '../facts/model.ts'
import { defineRule } from './rule.ts'

/** An output that a redelivered record repeats with effect. */
export const nonIdempotentOutput = defineRule({
  meta: {
    id: 'non-idempotent-output',
    severity: 'warning',
    title: 'Output that a redelivery repeats',
    why: [
      'order 18,201 is read',
      'its row is inserted',
      'crash, before offset 18,202 is committed',
      'order 18,201 is read again, as at-least-once delivery promises',
      'its row is inserted a second time',
    ],
    misses: [
      'unique constraints that only the database schema knows of',
      'rows that are read, added to and saved again, where more is asked of the row before: that may be what tells a repeat',
      'outputs through functions that cannot be followed',
      'messages that are produced where a failure is caught: retries, dead letters, news of the failure',
      'outputs behind an interface or an abstract class that several classes implement, unless NestJS, inversify, tsyringe or typedi is told which one, or the file that starts the consumer makes it by hand: the guarantee is then unknown, and says which they are',
    ],
    whenNotToUse:
      'Where doubles are harmless by nature, such as samples of a metric. Say so in a suppression with its reason.',
  },

  *detect(facts): Generator<RepeatedOutput> {
    for (const pipeline of facts.pipelines)
      for (const handler of pipeline.handlers) yield* repeated(pipeline, handler.flow)
  },

  explain: ({ output }) => {
    if (!output)
      return {
        message: `What was processed is remembered in memory only, so after a restart or on another instance the same record passes again. Remember it where the output goes, in the same transaction.`,
        confidence: 'likely',
      }
    const unless = output.isAnswered ? ', unless it only asks' : ''
    return {
      message: `'${output.name}' runs again when the record is delivered again (${output.idempotency.reason}), so its effect is doubled${unless}. Use an upsert, a key taken from the record, or the guarantee's transaction.`,
      confidence: !output.isCertain ? 'possible' : output.isAnswered ? 'likely' : 'certain',
      ...(output.isCertain ? {} : { severity: 'info' as const }),
      related: [
        ...output.calls.map(at => ({ at, message: 'called from the handler here' })),
        ...output.idempotency.evidence,
      ],
    }
  },

  fix: ({ output, pipeline }) => {
    if (!output) return []
    const rewrite = pipeline.rewrites.get(output)
    return rewrite ? [rewrite, ...output.fixes] : output.fixes
  },
})

interface RepeatedOutput {
  readonly at: Place
  /** `undefined`: a guard that forgets. */
  readonly output: Output | undefined
  readonly pipeline: Pipeline
}

function* repeated(pipeline: Pipeline, flow: Flow): Generator<RepeatedOutput> {
  const atMostOnce = pipeline.declared?.guarantee === 'at-most-once'
  if (atMostOnce) return
  yield* remembered(pipeline, flow)
  const undone = refusing(flow)
  for (const { output, guardedBy, isAfterFailure } of outputsOf(flow)) {
    if (output.kind === 'call' || guardedBy?.dedupe === 'in-memory') continue
    if (guardedBy?.dedupe === 'durable' || output.inTransaction || output.isDeadLetter) continue
    // Handed on to be tried again or looked at: whoever gets it counts with repeats.
    if (isAfterFailure && output.output === 'produce') continue
    const { verdict, isByFreshKey } = output.idempotency
    if (isUndone(output, undone)) continue
    // A key that is made anew is told where it is made.
    if (verdict === 'not-repeatable' && !isByFreshKey) yield { at: output.at, output, pipeline }
  }
}

/** A look-up in the memory of this process, by which records seen before are passed over. */
function* remembered(pipeline: Pipeline, flow: Flow): Generator<RepeatedOutput> {
  for (const part of within(flow)) {
    if (part.kind !== 'branch' || part.test.dedupe !== 'in-memory' || !part.test.lookupAt) continue
    const { repeatArm } = part.test
    const repeat = repeatArm === undefined ? undefined : part.arms[repeatArm]
    const first = repeatArm === undefined ? undefined : part.arms[1 - repeatArm]
    const guards = (repeat && leaves(repeat)) || (first && acts(first))
    if (guards && acts(flow)) yield { at: part.test.lookupAt, output: undefined, pipeline }
  }
}

function acts(flow: Flow): boolean {
  for (const part of within(flow))
    if (part.kind === 'output' || part.kind === 'call' || part.kind === 'helper') return true
  return false
}
