import type { Flow, OpaqueCall, Output, Pipeline, Place } from '../facts/model.ts'
import { defineRule } from './rule.ts'
import { outputsOf } from './shared/outputs.ts'

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
      'outputs through functions that cannot be followed',
    ],
    whenNotToUse:
      'Where doubles are harmless by nature, such as samples of a metric. Say so in a suppression with its reason.',
  },

  *detect(facts): Generator<RepeatedOutput> {
    for (const pipeline of facts.pipelines)
      for (const handler of pipeline.handlers) yield* repeated(pipeline, handler.flow)
  },

  explain: ({ output, guard }) => {
    if (guard || output.kind === 'call')
      return {
        message: `What was processed is remembered in memory only, so after a restart or on another instance '${output.name}' runs again for the same record. Remember it where the output goes, in the same transaction.`,
        confidence: 'likely',
        related: [{ at: output.at, message: 'repeated on redelivery' }],
      }
    return {
      message: `'${output.name}' runs again when the record is delivered again (${output.idempotency.reason}), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.`,
      confidence: output.isCertain ? 'certain' : 'possible',
      ...(output.isCertain ? {} : { severity: 'info' as const }),
      related: [
        ...output.calls.map(at => ({ at, message: 'called from the handler here' })),
        ...output.idempotency.evidence,
      ],
    }
  },

  fix: ({ output, guard, pipeline }) => {
    if (guard || output.kind === 'call') return []
    const rewrite = pipeline.rewrites.get(output)
    return rewrite ? [rewrite, ...output.fixes] : output.fixes
  },
})

interface RepeatedOutput {
  readonly at: Place
  readonly output: Output | OpaqueCall
  readonly guard: boolean
  readonly pipeline: Pipeline
}

function* repeated(pipeline: Pipeline, flow: Flow): Generator<RepeatedOutput> {
  const atMostOnce = pipeline.declared?.guarantee === 'at-most-once'
  if (atMostOnce) return
  for (const { output, guardedBy } of outputsOf(flow)) {
    const isMemory = guardedBy?.dedupe === 'in-memory' && guardedBy.lookupAt
    if (output.kind === 'call') {
      if (isMemory && output.takesRecord) yield { at: isMemory, output, guard: true, pipeline }
      continue
    }
    if (guardedBy?.dedupe === 'durable' || output.inTransaction || output.isDeadLetter) continue
    if (isMemory) yield { at: isMemory, output, guard: true, pipeline }
    else if (output.idempotency.verdict === 'not-repeatable') yield { at: output.at, output, guard: false, pipeline }
  }
}
