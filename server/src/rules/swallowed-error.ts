import { nothing, within } from '../facts/flows.ts'
import type { Detached, Event, Exit, FixSketch, Flow, Handler, Place, Try } from '../facts/model.ts'
import { defineRule } from './rule.ts'
import { failing, isBeside, type Work } from './shared/failures.ts'
import { endCounts, handlers, workIn } from './shared/handlers.ts'
import { once } from './shared/once.ts'
import { explore } from './shared/paths.ts'

/** A failed output that is caught and neither thrown again, retried nor put aside. */
export const swallowedError = defineRule({
  meta: {
    id: 'swallowed-error',
    severity: 'warning',
    title: 'Failed output is caught and forgotten',
    why: [
      'order 18,201 is read',
      'its save fails',
      'the error is caught and logged; the handler ends as if all were well',
      'offset 18,202 is committed',
      'order 18,201 is lost',
    ],
    misses: [
      'errors that are kept in a field and looked at elsewhere',
      'dead-letter helpers that cannot be followed and are not awaited',
      'errors that are caught behind an interface which several classes implement, where no container is told which one',
    ],
    whenNotToUse: 'Where a record that fails may be skipped on purpose. Say so in a suppression with its reason.',
  },

  *detect(facts): Generator<Swallowed> {
    for (const { pipeline, handler } of handlers(facts)) yield* swallowedIn(pipeline, handler)
  },

  explain: ({ work, flow, pauses }) => ({
    message: `${what(work, flow)} and the handler goes on, so the offset is committed and the record is lost. ${pauses ? 'Pausing does not bring it back. ' : ''}${flow.form === 'all-settled' ? 'Look at the results, or await Promise.all.' : 'Throw the error again, or await a dead-letter write first.'}`,
    related: [{ at: work.at, message: work.kind === 'signal' ? 'may fail on a broken record' : 'may fail' }],
    confidence: work.kind === 'output' && work.isCertain ? 'certain' : 'likely',
  }),

  fix: ({ flow, isWhole, exit }) => {
    if (!flow.handlerEnd || !flow.errorName || !isWhole) return []
    const edit = exit ? insteadOf(exit, flow.errorName) : { at: flow.handlerEnd, newText: rethrow(flow) }
    return edit ? [{ title: 'Throw the error again', isSafe: false, edits: [edit] }] : []
  },
})

/** Failures of the handler's work that nobody acts on. */
export const swallowedIn = once(function* (pipeline, handler): Generator<Swallowed> {
  if (!endCounts(handler, pipeline)) return
  for (const flow of triesIn(handler.flow, [])) yield* swallowedBy(flow.flow, flow.around, handler)
})

export interface Swallowed {
  readonly at: Place
  readonly flow: Try
  readonly work: Work
  readonly pauses: boolean
  /** The whole handler forgets the error, not one of its branches. */
  readonly isWhole: boolean
  /** The statement by which the handler is left, where it is not its closing brace. */
  readonly exit: Exit | undefined
}

interface Around {
  readonly flow: Flow
  readonly after: readonly Flow[]
}

function what(work: Work, flow: Try): string {
  if (flow.form === 'all-settled')
    return `Promise.allSettled never fails, and nobody looks at its results: a failure of '${work.name}' stays unseen,`
  const how =
    flow.form === 'statement'
      ? 'is caught here'
      : flow.form === 'callback'
        ? 'is told to this callback'
        : 'is caught by .catch()'
  return work.kind === 'signal'
    ? `A record that '${work.name}' cannot read ${how}`
    : `A failure of '${work.name}' ${how}`
}

function rethrow(flow: Try): string {
  const column = flow.handlerEnd?.range.start.character ?? 0
  return `${' '.repeat(2)}throw ${flow.errorName}\n${' '.repeat(column)}`
}

/** What stands behind a `return` never runs, so the `throw` takes its place. A value that is returned may be needed. */
function insteadOf({ at, exit, hasValue }: Exit, errorName: string): FixSketch['edits'][number] | undefined {
  const { start, end } = at.range
  const length = start.line === end.line ? end.character - start.character : 0
  if (hasValue || (length !== exit.length && length !== exit.length + 1)) return undefined
  return { at, newText: `throw ${errorName}${length > exit.length ? ';' : ''}` }
}

/** Every try with what surrounds it: loops it retries in, and what comes after. */
function* triesIn(flow: Flow, around: readonly Around[]): Generator<{ flow: Try; around: readonly Around[] }> {
  if (flow.kind === 'try' && flow.handler) yield { flow, around }
  if (flow.kind === 'sequence') {
    for (const [index, step] of flow.steps.entries())
      yield* triesIn(step, [...around, { flow, after: flow.steps.slice(index + 1) }])
    return
  }
  const parts =
    flow.kind === 'branch' || flow.kind === 'parallel'
      ? flow.arms
      : flow.kind === 'loop' || flow.kind === 'helper'
        ? [flow.body]
        : flow.kind === 'detached'
          ? [flow.flow]
          : flow.kind === 'try'
            ? [flow.block, ...(flow.handler ? [flow.handler] : []), ...(flow.cleanup ? [flow.cleanup] : [])]
            : []
  for (const part of parts) yield* triesIn(part, [...around, { flow, after: [] }])
}

function* swallowedBy(flow: Try, around: readonly Around[], handler: Handler): Generator<Swallowed> {
  const work = failing(flow.block)
  if (!work || !flow.handler || !flow.handlerAt || flow.form === 'promise-used') return
  if (isSettledLater(flow, around) || isRetried(around) || isUnawaited(flow, around)) return
  if (work.kind === 'signal' && !isMissed(flow, around, handler)) return
  if (work.kind === 'output' && work.output === 'cache' && isBeside(flow.block, handler)) return
  const ends = endsOf(flow, flow.handler, replyOf(flow, around, handler))
  if (ends.settled.throws || ends.open.length === 0) return
  const isWhole = ends.open.length === 1
  for (const end of ends.open)
    yield {
      at: isWhole ? flow.handlerAt : (end.at ?? flow.handlerAt),
      flow,
      work,
      pauses: end.pauses,
      isWhole,
      exit: end.exit,
    }
}

interface End {
  readonly at: Place | undefined
  readonly pauses: boolean
  readonly isSettled: boolean
  /** Left by a statement of its own, not at the closing brace. */
  readonly exit: Exit | undefined
}

function endsOf(flow: Try, handler: Flow, reply: Reply): { open: End[]; settled: { throws: boolean } } {
  const outcome = explore<End>(asConfigured(handler), [start], {
    key: state =>
      `${state.isSettled} ${state.pauses} ${state.at?.range.start.line ?? ''}:${state.at?.range.start.character ?? ''}`,
    event: (event, state) => {
      if (settles(event, reply)) return { ...state, isSettled: true }
      if (event.kind === 'detached' || event.kind === 'commit') return state
      const at = placeIn(flow, event)
      const pauses = state.pauses || (event.kind === 'signal' && event.signal === 'pause')
      return {
        ...state,
        at: at ?? state.at,
        pauses,
        exit: event.kind === 'exit' && at === event.at ? event : undefined,
      }
    },
  })
  const ended = [...outcome.normal, ...outcome.returned, ...outcome.continued, ...outcome.broke]
  const open = ended.filter(state => !state.isSettled)
  // However many ways lead to the closing brace, it is one end.
  const fallen = open.filter(state => !state.exit)
  const one = fallen.find(state => state.at) ?? fallen[0]
  return {
    open: [
      ...open.filter(state => state.exit),
      ...(one ? [{ ...one, pauses: fallen.some(state => state.pauses) }] : []),
    ],
    settled: { throws: outcome.thrown.length > 0 },
  }
}

const start: End = { at: undefined, pauses: false, isSettled: false, exit: undefined }

function settles(event: Event | Detached, reply: Reply): boolean {
  switch (event.kind) {
    case 'detached':
      return workInDetached(event.flow)
    case 'output':
    case 'seek':
      return true
    case 'call':
      return event.isAwaited || event.takesRecord || /throw|raise|fail|reject|abort|exit/i.test(event.name)
    case 'signal':
      return /^(?:process-exit|stop|told)$/.test(event.signal)
    default:
      if (event.kind !== 'exit' || event.exit !== 'return') return false
      return reply === 'any' || (reply === 'value' && event.hasValue)
  }
}

/** The event's own place, or that of the call that leads to it, whichever stands in the handler's text. */
function placeIn({ handlerAt, handlerEnd }: Try, event: Event): Place | undefined {
  if (!handlerAt || !handlerEnd) return undefined
  const after = (one: Place['range']['start'], two: Place['range']['start']): boolean =>
    one.line > two.line || (one.line === two.line && one.character >= two.character)
  return [event.at, ...event.calls.toReversed()].find(
    ({ path, range }) =>
      path === handlerAt.path && after(range.start, handlerAt.range.end) && after(handlerEnd.range.end, range.end),
  )
}

/** A dead-letter helper that does nothing where it is switched off is one that does its work. */
function asConfigured(flow: Flow): Flow {
  if (flow.kind === 'sequence') return { ...flow, steps: flow.steps.map(asConfigured) }
  if (flow.kind === 'loop') return { ...flow, body: asConfigured(flow.body) }
  if (flow.kind === 'branch') return { ...flow, arms: withGiven(flow).map(asConfigured) }
  if (flow.kind !== 'helper') return flow
  return { ...flow, body: withoutSwitches(flow.body) }
}

/** `if (onError) await onError(error)`: who wants to be told gives it. */
function withGiven({ arms, test }: Extract<Flow, { kind: 'branch' }>): readonly Flow[] {
  const given = arms.find(arm =>
    within(arm).some(part => (part.kind === 'call' || part.kind === 'helper') && part.name === test.source),
  )
  return given ? [given] : arms
}

function withoutSwitches(flow: Flow): Flow {
  if (flow.kind === 'sequence') return { ...flow, steps: flow.steps.map(withoutSwitches) }
  if (flow.kind === 'helper') return { ...flow, body: withoutSwitches(flow.body) }
  // What its own catch forgets is told of that catch.
  if (flow.kind === 'try' && flow.handler && workIn(flow.block)) return withoutThrows(flow.block)
  if (flow.kind !== 'branch' || !/enabled|disabled/i.test(flow.test.source)) return flow
  return { ...flow, arms: flow.arms.map(arm => (workIn(arm) ? arm : nothing)) }
}

function withoutThrows(flow: Flow): Flow {
  if (flow.kind === 'exit' && flow.exit === 'throw') return nothing
  if (flow.kind === 'sequence') return { ...flow, steps: flow.steps.map(withoutThrows) }
  if (flow.kind === 'branch') return { ...flow, arms: flow.arms.map(withoutThrows) }
  return flow
}

function workInDetached(flow: Flow): boolean {
  for (const part of within(flow))
    if (part.kind === 'output' || part.kind === 'call' || part.kind === 'seek') return true
  return false
}

/** The handler notes the error in a variable, and something after the try acts on it. */
function isSettledLater(flow: Try, around: readonly Around[]): boolean {
  if (!flow.defersError) return false
  return around.some(({ after }) => after.some(acts))
}

/** The handler falls through, and what follows sees that nothing was read. */
function isSeenLater(flow: Try, around: readonly Around[]): boolean {
  if (!flow.handler || [...within(flow.handler)].some(part => part.kind === 'exit')) return false
  return around.some(({ after }) => after.some(acts))
}

function acts(flow: Flow): boolean {
  for (const part of within(flow)) {
    if (part.kind === 'exit' && part.exit === 'throw') return true
    if (part.kind === 'output' || part.kind === 'seek') return true
    if (part.kind === 'call' && part.isAwaited) return true
  }
  return false
}

/** A record that cannot be read is missed where something would have been done for it, and nobody is told. */
function isMissed(flow: Try, around: readonly Around[], handler: Handler): boolean {
  if (isAnswer(around) || (flow.storesResult && isSeenLater(flow, around))) return false
  return workIn(handler.flow) !== undefined
}

/** Nobody waits for the callback, nor does it commit: that is told of its output. */
function isUnawaited(flow: Try, around: readonly Around[]): boolean {
  return (
    flow.form === 'callback' &&
    around.at(-1)?.flow.kind === 'detached' &&
    !within(flow).some(part => part.kind === 'commit')
  )
}

/** In a helper whose caller looks at what it returns: the error is told by the result. */
function isAnswer(around: readonly Around[]): boolean {
  const helper = around.findLast(one => one.flow.kind === 'helper')?.flow
  return helper?.kind === 'helper' && helper.isUsed
}

/** Which `return` tells the caller of the error: any, one with a value, none. */
type Reply = 'any' | 'value' | 'none'

function replyOf(flow: Try, around: readonly Around[], handler: Handler): Reply {
  if (flow.form !== 'statement') return 'none'
  if (handler.role === 'request-reply' || isAnswer(around)) return 'any'
  const helper = around.findLast(one => one.flow.kind === 'helper')?.flow
  const isInHelper = helper !== undefined
  // `return false`, into a list of results.
  if (helper?.kind === 'helper' && helper.isCollected) return 'value'
  // `return false`, to a caller that may have the record delivered again.
  return handler.isCalledOutOfSight && !isInHelper ? 'value' : 'none'
}

/** Caught to be tried again: for ever, or so often and then something is done about it. */
function isRetried(around: readonly Around[]): boolean {
  const index = around.findLastIndex(
    one => one.flow.kind === 'loop' && (one.flow.over === 'retry' || one.flow.over === 'endless'),
  )
  if (index < 0) return false
  const loop = around[index]?.flow
  if (loop?.kind === 'loop' && loop.over === 'endless') return true
  return around.slice(0, index + 1).some(({ after }) => after.some(flow => acts(flow) || flow.kind === 'branch'))
}
