/** What may fail in a try, and whether anything is lost with it. */
import { partsOf, within } from '../../facts/flows.ts'
import type { Flow, Handler, OpaqueCall, Output, Signal } from '../../facts/model.ts'
import { isReading, isWork } from './handlers.ts'

export type Work = Output | OpaqueCall | Signal

/**
 * What in the block may fail and must not be lost: outputs, calls of the project, reading the record. Not heartbeats, not stops.
 * With a look-up only what would have followed it is lost.
 */
export function failing(block: Flow): Work | undefined {
  const parts = [...attached(block)]
  const works = parts.filter(isWork)
  const acting = works.filter(one => !isReading(one))
  const work = acting.find(one => one.kind === 'output' || (one.isAwaited && one.takesRecord)) ?? acting[0] ?? works[0]
  if (work && within(block).some(part => isWork(part) && !isReading(part))) return work
  return parts.find(part => part.kind === 'signal' && part.signal === 'parse') as Signal | undefined
}

/** What a catch can catch: nothing that was started and left alone, nothing that a try inside keeps to itself. */
function* attached(flow: Flow): Generator<Flow> {
  if (flow.kind === 'detached') return
  yield flow
  const isKept = flow.kind === 'try' && flow.handler !== undefined && !mayThrow(flow.handler)
  for (const part of partsOf(flow)) if (!isKept || part !== flow.block) yield* attached(part)
}

function mayThrow(flow: Flow): boolean {
  for (const part of within(flow)) if (part.kind === 'exit' && part.exit === 'throw') return true
  return false
}

/** Caches are all that the block writes, and the handler does more than that: it goes on without them, slower. */
export function isBeside(block: Flow, handler: Handler): boolean {
  const own = within(block)
  const isReal = (part: Flow): boolean =>
    isWork(part) && !isReading(part) && !(part.kind === 'output' && part.output === 'cache')
  return !own.some(isReal) && within(handler.flow).some(part => isReal(part) && !own.includes(part))
}
