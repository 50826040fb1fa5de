/** Walking the facts. */
import { within } from '../../facts/flows.ts'
import type {
  Commit,
  Detached,
  Event,
  Facts,
  Flow,
  Handler,
  OpaqueCall,
  Output,
  Pipeline,
  Place,
} from '../../facts/model.ts'
import { readsByName } from '../../facts/readingNames.ts'

export function* handlers(facts: Facts): Generator<{ pipeline: Pipeline; handler: Handler }> {
  for (const pipeline of facts.pipelines) for (const handler of pipeline.handlers) yield { pipeline, handler }
}

/** Something done for the record that must not be lost: an output, or a call that may be one. */
export function isWork(flow: Flow): flow is Output | OpaqueCall {
  if (flow.kind === 'output') return true
  return flow.kind === 'call' && (flow.takesRecord || flow.isAwaited)
}

/** What tells most of it: an output, then a call that may be one, then one that by its name only reads. */
export function workIn(flow: Flow): Output | OpaqueCall | undefined {
  const works = within(flow).filter(isWork)
  return works.find(({ kind }) => kind === 'output') ?? works.find(one => !isReading(one)) ?? works[0]
}

/** A call that by its name leaves nothing behind: `this.prisma.order.findUnique`. What the caller gives may do more than it is called. */
export function isReading(work: Output | OpaqueCall): boolean {
  return work.kind === 'call' && work.what !== 'callback' && readsByName(work.name)
}

export function* ofKind<K extends (Event | Detached)['kind']>(
  flow: Flow,
  kind: K,
): Generator<Extract<Flow, { kind: K }>> {
  for (const part of within(flow)) if (part.kind === kind) yield part as Extract<Flow, { kind: K }>
}

export function keyOf(at: Place | undefined): string {
  return at ? `${at.path}:${at.range.start.line}:${at.range.start.character}` : ''
}

/** Whether the client takes records for done when their handler ends, whatever the code resolves or commits. */
export function isDoneByEnding({ role }: Handler, { options: { commitMode, autoResolve } }: Pipeline): boolean {
  if (commitMode !== 'after-handler' && commitMode !== 'before-handler') return false
  return role !== 'batch' || autoResolve?.value !== false
}

/** Whether an offset may be committed because the handler has ended. Where nobody waits for that, only a commit in it can tell. */
export function endCounts({ isAwaited, flow }: Handler, { options: { commitMode } }: Pipeline): boolean {
  if (isAwaited || commitMode === 'after-handler' || commitMode === 'before-handler') return true
  return within(flow).some(part => part.kind === 'commit')
}

export function callers(event: Output | OpaqueCall | Commit): { at: Place; message: string }[] {
  return event.calls.map(at => ({ at, message: 'called from here' }))
}

/** The work's name in a message. */
export function nameOf(work: Output | OpaqueCall): string {
  return work.name
}
