import { partsOf, within } from '../facts/flows.ts'
import type { Flow, Handler, Loop, Option, Place } from '../facts/model.ts'
import { defineRule } from './rule.ts'
import { handlers } from './shared/handlers.ts'

/** Work in a loop that never tells the group that this member is alive. */
export const heartbeatMissingInLongBatch = defineRule({
  meta: {
    id: 'heartbeat-missing-in-long-batch',
    severity: 'warning',
    title: 'Long work without a heartbeat',
    why: [
      'a batch of 500 orders is read, and each takes a while',
      'no heartbeat is sent meanwhile, and the session times out',
      'the group gives the partition to another member, which reads the batch again',
      'this member goes on with it all the same: every output is doubled',
    ],
    misses: ['work that takes long without awaiting anything'],
    whenNotToUse: 'Where a whole batch is always done well within the session timeout.',
    libraries: ['kafkajs'],
  },

  *detect(facts): Generator<{ at: Place; how: 'batch' | 'wait' | 'interval'; loopAt: Place; loop: Loop | undefined }> {
    for (const { pipeline, handler } of handlers(facts)) {
      if (pipeline.library !== 'kafkajs' || pipeline.options.commitMode === 'unknown') continue
      if (beatsByTimer(handler.flow)) continue
      for (const loop of loopsIn(handler.flow)) {
        const at = silentWork(loop, handler)
        if (at)
          yield {
            at,
            how: handler.role === 'batch' && loop.over === 'records' ? 'batch' : 'wait',
            loopAt: loop.at,
            loop,
          }
      }
    }
    for (const { options } of facts.pipelines) {
      const at = tooSlow(options.heartbeatIntervalMs, options.sessionTimeoutMs)
      if (at) yield { at, how: 'interval', loopAt: at, loop: undefined }
    }
  },

  explain: ({ how, loopAt }) => ({
    message: {
      batch:
        'This is awaited for every record, and no heartbeat is sent in the loop, so a large batch outlives the session, and the partition goes to another member while this one still works. Await heartbeat() for each record.',
      wait: 'This waits in a loop without a heartbeat, so the session may end meanwhile, and the partition goes to another member. Await heartbeat() in the loop.',
      interval:
        'The heartbeat interval must be under a third of the session timeout, or one lost heartbeat ends the session. Lower it, or raise the session timeout.',
    }[how],
    confidence: how === 'interval' ? 'certain' : 'likely',
    ...(how === 'batch' ? { related: [{ at: loopAt, message: 'once for each record' }] } : {}),
  }),

  fix: ({ loop }) => loop?.heartbeatFixes ?? [],
})

/** `setInterval(heartbeat, 3_000)` for as long as the handler runs. */
function beatsByTimer(flow: Flow): boolean {
  for (const part of within(flow)) {
    if (part.kind !== 'detached' || part.how !== 'timer') continue
    for (const inner of within(part.flow)) if (inner.kind === 'signal' && inner.signal === 'heartbeat') return true
  }
  return false
}

/** What is awaited all together is one wait, not one for each record; what is dropped is none. */
function* loopsIn(flow: Flow): Generator<Loop> {
  if (flow.kind === 'parallel' || flow.kind === 'detached') return
  if (flow.kind === 'loop') yield flow
  for (const part of partsOf(flow)) yield* loopsIn(part)
}

/** The first thing awaited in the loop, where nothing in it beats. */
function silentWork(loop: Loop, handler: Handler): Place | undefined {
  const parts = [...within(loop.body)]
  if (parts.some(part => part.kind === 'signal' && part.signal === 'heartbeat')) return undefined
  if (handler.role === 'batch' && loop.over === 'records') return firstAwaited(loop.body)
  // A retry with back-off is bounded by its attempts; waiting for a condition is not.
  const isWait =
    parts.some(part => part.kind === 'signal' && part.signal === 'delay' && part.isWaitedFor) &&
    !parts.some(isAwaitedWork)
  return isWait && (loop.over === 'values' || loop.over === 'endless') ? loop.at : undefined
}

function isAwaitedWork(flow: Flow): boolean {
  return (flow.kind === 'output' && !flow.isCollected) || (flow.kind === 'call' && flow.isAwaited)
}

/** In the loop itself: what a helper awaits is awaited where the helper is called. */
function firstAwaited(flow: Flow): Place | undefined {
  if (isAwaitedWork(flow) || (flow.kind === 'signal' && flow.signal === 'delay' && flow.isWaitedFor))
    return (flow as { at: Place }).at
  if (flow.kind === 'detached' || (flow.kind === 'helper' && flow.isCollected)) return undefined
  // Work for failed records only is rare enough.
  for (const part of flow.kind === 'try' ? [flow.block] : partsOf(flow)) {
    const found = firstAwaited(part)
    if (found) return flow.kind === 'helper' ? flow.at : found
  }
  return undefined
}

function tooSlow(interval: Option<number> | undefined, session: Option<number> | undefined): Place | undefined {
  if (interval?.value === undefined || session?.value === undefined) return undefined
  return interval.value * 3 > session.value ? interval.at : undefined
}
