import type { Exit, Flow, Pipeline } from '../facts/model.ts'
import { defineRule } from './rule.ts'
import { handlers, ofKind, workIn } from './shared/handlers.ts'
import { once } from './shared/once.ts'
import { setTo } from './shared/options.ts'

/** Leaving a batch in the middle while the client resolves all of it afterwards. */
export const batchAutoresolveEarlyExit = defineRule({
  meta: {
    id: 'batch-autoresolve-early-exit',
    severity: 'error',
    title: 'Batch left early while auto-resolve is on',
    why: [
      'a batch of orders 100..199 is read',
      'the loop breaks at order 150, since a stop was asked for',
      'eachBatch ends without an error, so kafkajs resolves the whole batch: eachBatchAutoResolve is on by default',
      'offset 200 is committed',
      'orders 150..199 are lost',
    ],
    misses: ['batches left early from inside a helper'],
    whenNotToUse: 'Never: with `eachBatchAutoResolve: false` and `resolveOffset` per record nothing is reported.',
    libraries: ['kafkajs', '@confluentinc/kafka-javascript'],
  },

  *detect(facts): Generator<{ at: Exit['at']; exit: Exit; pipeline: Pipeline; resolves: boolean }> {
    for (const { pipeline, handler } of handlers(facts)) {
      const resolves = [...ofKind(handler.flow, 'commit')].some(commit => commit.commit === 'resolve')
      for (const exit of earlyExits(pipeline, handler)) yield { at: exit.at, exit, pipeline, resolves }
    }
  },

  explain: ({ exit }) => ({
    message: `'${exit.exit}' leaves the batch early, and kafkajs then resolves all of it, so the records that were not processed are skipped. Set eachBatchAutoResolve: false and resolve each record after its output.`,
  }),

  fix: ({ pipeline: { options }, resolves }) => {
    const title = 'Resolve only what was processed'
    if (options.autoResolve) return [{ title, isSafe: resolves, edits: [setTo(options.autoResolve, 'false')] }]
    const { runOptions } = options
    return runOptions
      ? [
          {
            title,
            isSafe: resolves,
            edits: [{ at: runOptions.at, newText: `${runOptions.separator}eachBatchAutoResolve: false,` }],
          },
        ]
      : []
  },
})

/** Ways out of a batch that the client then takes for done. */
export const earlyExits = once(function* ({ library, options }, handler): Generator<Exit> {
  if (handler.role !== 'batch' || !/kafkajs|confluent/.test(library)) return
  const { autoResolve, commitMode } = options
  if (autoResolve ? !autoResolve.isKnown || autoResolve.value === false : commitMode === 'unknown') return
  yield* exitsIn(handler.flow, undefined, commitMode === 'manual')
})

/**
 * `break` and `return` that end the loop over the records; those of inner loops and helpers end only these. Before the loop a
 * `return` where a stop is asked for.
 */
function* exitsIn(flow: Flow, loop: 'records' | 'inner' | 'stopping' | undefined, isManual: boolean): Generator<Exit> {
  switch (flow.kind) {
    case 'exit':
      if (loop && flow.exit === 'return') yield flow
      if (loop === 'records' && flow.exit === 'break') yield flow
      return
    case 'sequence':
      for (const step of flow.steps) yield* exitsIn(step, loop, isManual)
      return
    case 'branch':
      for (const arm of flow.arms) {
        const isStopping = /\bis(?:Running|Stale)\(/.test(flow.test.source) && !workIn(arm)
        // Where it stops, nothing is committed any more but what the code commits.
        if (isStopping && isManual) continue
        yield* exitsIn(arm, isStopping && !loop ? 'stopping' : loop, isManual)
      }
      return
    case 'loop':
      // What is given to forEach is left by a return of its own.
      if (flow.body.kind !== 'helper')
        yield* exitsIn(flow.body, flow.over === 'records' && !loop ? 'records' : loop ? 'inner' : undefined, isManual)
      return
    case 'try':
      yield* exitsIn(flow.block, loop, isManual)
      if (flow.handler) yield* exitsIn(flow.handler, loop, isManual)
  }
}
