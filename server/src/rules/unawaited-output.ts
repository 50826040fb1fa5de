import { partsOf, within } from '../facts/flows.ts'
import type { Detached, Flow, Handler, OpaqueCall, Output, Pending, Pipeline, Place } from '../facts/model.ts'
import { defineRule } from './rule.ts'
import { endCounts, handlers, isDoneByEnding, isWork, keyOf, ofKind, workIn } from './shared/handlers.ts'
import { once } from './shared/once.ts'
import { explore } from './shared/paths.ts'

/** An output that is started and not waited for, so the offset is committed whatever becomes of it. */
export const unawaitedOutput = defineRule({
  meta: {
    id: 'unawaited-output',
    severity: 'error',
    title: 'Output that is not waited for',
    why: [
      'order 18,201 is read',
      'its save is started, and the handler returns',
      'offset 18,202 is committed',
      'the save fails, or the process crashes',
      'order 18,201 is lost, and nothing says so',
    ],
    misses: [
      'promises that are kept in a field and awaited, or not, elsewhere',
      'lists and maps that hold records to be written out in another file',
      'listeners of an emitter or a subject in another file, where the handler does something else as well',
    ],
    whenNotToUse:
      'Where losing the output is accepted on purpose, such as a metric. Say so in a suppression with its reason.',
  },

  *detect(facts): Generator<LostOutput> {
    for (const { pipeline, handler } of handlers(facts)) {
      if (pipeline.declared?.guarantee === 'at-most-once') continue
      yield* unawaitedIn(pipeline, handler)
    }
  },

  explain: ({ work, detached, list }) => {
    if (list)
      return {
        message: `The record waits in '${list}', and the handler may end before '${work.name}' has written it, so the offset is committed whatever becomes of it. Write it before the handler ends, or turn auto-commit off and commit what has been written.`,
        confidence: 'likely',
        severity: 'warning',
        related: [{ at: work.at, message: 'written out here' }],
      }
    if (!detached)
      return {
        message: `'${work.name}' is all this handler does, and nobody waits for it: if it is asynchronous, the offset is committed before it has run. Await it, or return its promise.`,
        confidence: 'likely',
        severity: 'warning',
      }
    const isCertain = work.kind === 'output' && work.isCertain
    return {
      message: `${reasonOf(detached)} so the offset is committed whatever becomes of '${work.name}'. ${remedies[detached.how]}`,
      confidence: isCertain ? 'certain' : 'likely',
      ...(isCertain ? {} : { severity: 'warning' as const }),
      related: [
        ...(keyOf(work.at) === keyOf(detached.at) ? [] : [{ at: work.at, message: 'the output' }]),
        ...work.calls.map(at => ({ at, message: 'called from here' })),
      ],
    }
  },

  fix: ({ detached }) => detached?.fixes ?? [],
})

/** Work that nobody waits for. */
export const unawaitedIn = once(function* (pipeline, handler): Generator<LostOutput> {
  yield* detachedIn(handler.flow, handler, pipeline)
  for (const { at, work, list } of leftIn(handler, pipeline)) yield { at, work, detached: undefined, list }
  const only = soleCall(handler.flow)
  if (only) yield { at: only.at, work: only, detached: undefined }
})

export interface LostOutput {
  readonly at: Place
  readonly work: Output | OpaqueCall
  readonly detached: Detached | undefined
  /** The list in which the record is left, as written. */
  readonly list?: string | undefined
}

const reasons: Readonly<Record<Detached['how'], string>> = {
  floating: 'The promise is dropped,',
  void: "'void' drops the promise,",
  'for-each': "'forEach' does not wait for async functions,",
  'then-catch': 'The promise is handled aside and not awaited,',
  queue: 'The work is put into a queue of this process,',
  timer: 'The work runs later, from a timer,',
  emitter: 'An emitter does not wait for its listeners,',
  callback: 'Nobody waits for the callback,',
  'called-back': 'Nobody waits for the function that is called back,',
  observable: 'An observable is not a promise, and nobody waits for this one,',
  'promise-constructor': 'The new promise is dropped,',
  race: 'The race is over with whichever ends first,',
}

/** Named as it is written: `forEach`, or a `map` whose promises nobody takes; an emitter, or a subject. */
function reasonOf({ how, name }: Detached): string {
  const method = /\w+$/.exec(name)?.[0]
  if (how === 'emitter' && method === 'next') return 'A subject does not wait for its subscribers,'
  return how === 'for-each' && method !== 'forEach' ? `Nobody takes the promises that '${method}' gives,` : reasons[how]
}

const remedies: Readonly<Record<Detached['how'], string>> = {
  floating: 'Await it, or return it.',
  void: 'Await it, or return it.',
  'for-each': 'Use for…of with await, or await Promise.all over map.',
  'then-catch': 'Await the chain, and let its error reach the client.',
  queue: 'Await the job before the handler ends, or commit only what has ended.',
  timer: 'Await the work in the handler.',
  emitter: 'Call and await the work in the handler.',
  callback: 'Await it, or return it.',
  'called-back': 'Await a promise of it, or commit in the function.',
  observable: 'Use await lastValueFrom(…).',
  'promise-constructor': 'Await it.',
  race: 'Await all of it; a time limit has to throw.',
}

/** Nobody waits for what a timer runs, awaited there or not: `setTimeout(() => { save(record) })` is told once. */
function* detachedIn(flow: Flow, handler: Handler, pipeline: Pipeline): Generator<LostOutput> {
  const work = flow.kind === 'detached' ? workIn(flow.flow) : undefined
  if (flow.kind === 'detached' && work && !commitsItself(flow, pipeline) && endCounts(handler, pipeline)) {
    yield { at: flow.at, work, detached: flow }
    if (flow.how === 'timer') return
  }
  for (const part of partsOf(flow)) yield* detachedIn(part, handler, pipeline)
}

/** Handed on to something that commits when it is done: a queue with a commit tracker, a buffer with a timer. */
function commitsItself(part: Detached, pipeline: Pipeline): boolean {
  const { commitMode } = pipeline.options
  if (commitMode === 'after-handler' || commitMode === 'before-handler') return false
  if (part.how === 'timer') return true
  // Offsets in a transaction are committed by whoever commits that.
  return within(part.flow).some(
    inner =>
      (inner.kind === 'commit' && inner.commit !== 'send-offsets') ||
      (inner.kind === 'signal' && inner.signal === 'commit-transaction'),
  )
}

/** Records that are put into a list and still are there when the handler ends, on some way through it. */
function leftIn(handler: Handler, pipeline: Pipeline): readonly Pending[] {
  const { flow } = handler
  if (!isDoneByEnding(handler, pipeline) || !within(flow).some(isListed)) return []
  const { normal, returned } = explore<readonly Pending[]>(flow, [[]], {
    key: left => left.map(({ holder }) => holder).join(),
    event: (event, left) => {
      if (event.kind === 'pending' && event.list && event.is === 'begun')
        return left.some(({ holder }) => holder === event.holder) ? left : [...left, event]
      if (event.kind === 'pending') return left.filter(({ holder }) => holder !== event.holder)
      return event.kind === 'call' && event.isAwaited && /flush|drain/i.test(event.name) ? [] : left
    },
  })
  // What the handler itself starts, to write it out later, is told where it is started.
  const started = [...ofKind(flow, 'detached')]
  const left = new Set([...normal, ...returned].flat())
  return [...left].filter(({ holder }) => !started.some(one => isEndedIn(one.flow, holder)))
}

function isListed(flow: Flow): boolean {
  return flow.kind === 'pending' && flow.list !== undefined && flow.is === 'begun'
}

function isEndedIn(flow: Flow, holder: string): boolean {
  return within(flow).some(part => part.kind === 'pending' && part.is === 'ended' && part.holder === holder)
}

/** A handler whose one act is a call of the project, given the record and dropped. */
function soleCall(flow: Flow): OpaqueCall | undefined {
  const acts: Flow[] = []
  for (const part of within(flow))
    if (
      (part.kind === 'call' && part.isEmitted) ||
      isWork(part) ||
      part.kind === 'commit' ||
      part.kind === 'detached' ||
      part.kind === 'seek'
    )
      acts.push(part)
  const [only] = acts
  if (acts.length !== 1 || only?.kind !== 'call') return undefined
  return only.use === 'floating' && only.what === 'project' && (only.takesRecord || only.isEmitted) ? only : undefined
}
