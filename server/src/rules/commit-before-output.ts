import { partsOf, within } from '../facts/flows.ts'
import type { Commit, Detached, Event, Flow, OpaqueCall, Output, Pending, Pipeline, Place } from '../facts/model.ts'
import { defineRule, type Explanation } from './rule.ts'
import { type EarlyMark, earlyMarks } from './shared/earlyMarks.ts'
import { handlers, isDoneByEnding, isWork, keyOf, ofKind, workIn } from './shared/handlers.ts'
import { once } from './shared/once.ts'
import { explore } from './shared/paths.ts'

/** An offset recorded as done before the output of its record is. */
export const commitBeforeOutput = defineRule({
  meta: {
    id: 'commit-before-output',
    severity: 'error',
    title: 'Offset committed before the output is done',
    why: [
      'order 18,201 is read',
      'offset 18,202 is committed',
      'crash, before the row of order 18,201 is written',
      'reading goes on at 18,202',
      'order 18,201 is lost',
    ],
    misses: [
      'commits through functions that cannot be followed',
      'promises that are handed on to another function and awaited there',
      'records that are noted as processed before the work in the memory of this process',
    ],
    whenNotToUse:
      'Where losing a record is accepted on purpose: at-most-once delivery. Declare that guarantee instead.',
  },

  *detect(facts): Generator<EarlyCommit | EarlyMark> {
    for (const { pipeline, handler } of handlers(facts)) {
      if (pipeline.declared?.guarantee === 'at-most-once') continue
      yield* earlyCommits(pipeline, handler)
      yield* earlyMarks(pipeline, handler)
    }
  },

  explain: match => ('mark' in match ? explainMark(match) : explainCommit(match)),

  fix: match =>
    'commit' in match && (match.how === 'later' || match.how === 'sent' || match.how === 'kept')
      ? match.commit.fixes
      : [],
})

function explainMark({ mark, work, lookupAt }: EarlyMark): Explanation {
  return {
    message: `'${mark.name}' notes the record as processed before '${work.name}' has run: where that fails, or the process dies between them, the redelivered record is passed over, and it is lost. Note it afterwards, or in one transaction with it.`,
    related: [
      { at: lookupAt, message: 'passed over here' },
      { at: work.at, message: 'not done yet' },
    ],
    severity: 'warning',
    confidence: 'likely',
  }
}

function explainCommit({ commit, work, how, list }: EarlyCommit): Explanation {
  return {
    message: `${message(commit, work, how, list)} ${remedies[how] ?? 'Commit after the awaited output.'}`,
    related: [
      { at: work.at, message: evidence[how] },
      ...commit.calls.map(at => ({ at, message: 'committed in here' })),
    ],
    confidence: isSure(work, how) ? 'certain' : 'likely',
    ...(isSure(work, how) ? {} : { severity: 'warning' as const }),
  }
}

/** That a list is written out, and by whom, is told by its use in the file. */
function isSure(work: Output | OpaqueCall, how: How): boolean {
  return work.kind === 'output' && work.isCertain && how !== 'listed' && how !== 'others'
}

/** Commits that come before the work they stand for. */
export const earlyCommits = once(function* (pipeline, handler): Generator<EarlyCommit> {
  // Where the client commits by itself, as it mostly does, there is nothing to go through.
  if (!within(handler.flow).some(part => part.kind === 'commit')) return
  const found = new Map<string, EarlyCommit>()
  const isDone = isDoneByEnding(handler, pipeline)
  const note = (match: EarlyCommit): void => {
    // Where the handler's end is enough to lose what it leaves in a list, that is told.
    if (match.how === 'listed' && isDone) return
    if (!found.has(keyOf(match.at))) found.set(keyOf(match.at), match)
  }
  const besides: EarlyCommit[] = []
  for (const flow of [handler.flow, ...detachedFlows(handler.flow)]) {
    const outcome = explore<Progress>(flow, [start], {
      key: state =>
        `${keyOf(state.committed?.at)} ${state.isSent} ${keyOf(state.running?.at)} ${keyOf(state.failed?.at)} ${[...state.kept].map(([holder, { commit, isOfOneKey }]) => `${holder}=${keyOf(commit?.at)}${isOfOneKey}`)}`,
      event: (event, state) =>
        next(pipeline, event, state, match => (match.how === 'others' ? besides.push(match) : note(match))),
      failed: (event, state) => (isWork(event) ? { ...state, failed: event } : undefined),
      // A catch deals with what failed. Work after the commit has been noted where it stands; a commit that failed is none.
      caught: (_, state) => ({ ...state, failed: undefined, committed: undefined }),
    })
    // Others only wait where some way through the handler leaves its record in the list.
    const left = [...outcome.normal, ...outcome.returned].flatMap(({ kept }) => [...kept.values()])
    for (const match of besides.splice(0))
      if (left.some(({ begun, isOfOneKey }) => begun.list === match.list && !isOfOneKey)) note(match)
  }
  for (const match of unordered(pipeline, handler.flow)) note(match)
  for (const match of beside(pipeline, handler.flow)) note(match)
  yield* found.values()
})

/** What is handed on to a queue or dropped runs by itself, and commits by itself. */
function detachedFlows(flow: Flow): Flow[] {
  return [...ofKind(flow, 'detached')].map(part => part.flow)
}

interface Progress {
  readonly committed: Commit | undefined
  /** Nobody waits for the commit, so it may end after what follows it, or before. */
  readonly isSent: boolean
  readonly running: Detached | undefined
  readonly failed: Output | OpaqueCall | undefined
  /** What is begun and not waited for, by its holder, with the first commit since. */
  readonly kept: ReadonlyMap<string, Kept>
}

interface Kept {
  readonly begun: Pending
  readonly commit: Commit | undefined
  /** The record itself is done, those of other keys may not be. */
  readonly isOfOneKey?: boolean
}

type How = 'later' | 'sent' | 'kept' | 'listed' | 'others' | 'running' | 'failed' | 'unordered' | 'beside'

export interface EarlyCommit {
  readonly at: Place
  readonly commit: Commit
  readonly work: Output | OpaqueCall
  readonly how: How
  /** The list in which the record still waits, as written. */
  readonly list?: string
}

const start: Progress = { committed: undefined, isSent: false, running: undefined, failed: undefined, kept: new Map() }

function next(
  pipeline: Pipeline,
  event: Event | Detached,
  state: Progress,
  note: (match: EarlyCommit) => void,
): Progress {
  if (event.kind === 'pending') return passed(event, state, note)
  if (event.kind === 'detached' && event.how === 'timer' && endsItself(event.flow)) return state
  if (event.kind === 'detached' && workIn(event.flow)) return { ...state, running: event }
  const commit = event.kind === 'detached' ? [...ofKind(event.flow, 'commit')][0] : event
  if (commit?.kind === 'commit' && counts(pipeline, commit)) {
    // What a timer does later is overtaken by the record's own position; another one may be a low-water mark.
    const overtaken = state.running?.how === 'timer' && !isOwn(commit) ? undefined : state.running
    const running = overtaken && workIn(overtaken.flow)
    if (running) note({ at: commit.at, commit, work: running, how: 'running' })
    else if (state.failed) note({ at: commit.at, commit, work: state.failed, how: 'failed' })
    const kept = new Map([...state.kept].map(([holder, one]) => [holder, { ...one, commit: one.commit ?? commit }]))
    for (const { begun, isOfOneKey } of kept.values())
      if (begun.list && isOwn(commit))
        note({ at: commit.at, commit, work: begun.work, how: isOfOneKey ? 'others' : 'listed', list: begun.list })
    return { ...state, committed: commit, isSent: event.kind === 'detached' || commit.isAwaited === false, kept }
  }
  const isOutput =
    event.kind === 'output' ? !event.isDeadLetter : event.kind === 'call' && event.takesRecord && event.isAwaited
  if (isOutput && state.committed) {
    const how = state.isSent ? 'sent' : 'later'
    note({ at: state.committed.at, commit: state.committed, work: event as Output | OpaqueCall, how })
  }
  return state
}

/** What a timer runs and commits, or writes out of a list: that is told of the list. */
function endsItself(flow: Flow): boolean {
  return within(flow).some(part => part.kind === 'commit' || (part.kind === 'pending' && part.is === 'ended'))
}

/** Begun before the commit and waited for behind it. Where nobody is seen to wait, who does is not known. */
function passed(event: Pending, state: Progress, note: (match: EarlyCommit) => void): Progress {
  const { holder, work } = event
  const kept = new Map(state.kept)
  const known = kept.get(holder)
  const { commit } = known ?? {}
  if (event.is === 'begun') kept.set(holder, known ?? { begun: event, commit: undefined })
  else if (event.isOfOneKey && known) kept.set(holder, { ...known, isOfOneKey: true })
  else kept.delete(holder)
  if (event.is === 'ended' && commit && !event.list) note({ at: commit.at, commit, work, how: 'kept' })
  return { ...state, kept }
}

/** A resolved offset is only committed where the client commits by itself; a record's own offset leaves the record to be read again. */
function counts(pipeline: Pipeline, commit: Commit): boolean {
  if (commit.commit === 'send-offsets' || commit.commit === 'flush') return false
  if (commit.commit === 'commit' && commit.offset.form === 'as-is') return false
  return commit.commit !== 'resolve' || pipeline.options.commitMode === 'after-handler'
}

const remedies: Partial<Record<How, string>> = {
  unordered: 'Resolve or commit the last offset once, after all of them.',
  others: 'Commit no further than the oldest record that still waits.',
}

const evidence: Readonly<Record<How, string>> = {
  later: 'not done yet',
  sent: 'not begun yet',
  kept: 'begun here, and waited for later',
  listed: 'written out here',
  others: 'writes out those of one key',
  running: 'still running then',
  failed: 'may have failed',
  unordered: 'of an earlier record, may still be running',
  beside: 'may still be running',
}

/** Records awaited together end in any order, and so do their commits; one that counts records is told of all of them. */
function* unordered(pipeline: Pipeline, flow: Flow): Generator<EarlyCommit> {
  for (const body of together(flow, false)) {
    const work = workIn(body)
    const commit = [...ownCommits(body, 0)].find(one => counts(pipeline, one))
    if (work && commit) yield { at: commit.at, commit, work, how: 'unordered' }
  }
}

/** What is done for each record, where nobody waits for one before the next: in `Promise.all`, or as promises that are kept. */
function* together(flow: Flow, isInParallel: boolean): Generator<Flow> {
  if (flow.kind === 'loop' && flow.over === 'records') {
    if (isInParallel) yield flow.body
    else for (const part of within(flow.body)) if (part.kind === 'helper' && part.isCollected) yield part.body
  }
  for (const part of partsOf(flow)) yield* together(part, isInParallel || flow.kind === 'parallel')
}

/** `Promise.all([save(record), commit(record)])`: either may end first. */
function* beside(pipeline: Pipeline, flow: Flow): Generator<EarlyCommit> {
  for (const part of within(flow)) {
    if (part.kind !== 'parallel') continue
    for (const arm of part.arms) {
      const commit = [...ofKind(arm, 'commit')].find(one => counts(pipeline, one))
      const others = part.arms.filter(other => other !== arm).flatMap(other => [...ofKind(other, 'output')])
      const work = others.find(output => !output.isDeadLetter)
      if (commit && work) yield { at: commit.at, commit, work, how: 'beside' }
    }
  }
}

/** Of the record itself; another position may be a low-water mark. */
function isOwn({ isTracked, offset }: Commit): boolean {
  return !isTracked && offset.form !== 'unknown'
}

/** Commits for the record itself; what a helper commits under a condition may be a low-water mark. */
function* ownCommits(flow: Flow, depth: number): Generator<Commit> {
  if (flow.kind === 'commit' && isOwn(flow)) yield flow
  if (flow.kind === 'branch' && depth > 1) return
  for (const part of partsOf(flow)) yield* ownCommits(part, flow.kind === 'helper' ? depth + 1 : depth)
}

function message(commit: Commit, work: Output | OpaqueCall, how: How, list: string | undefined): string {
  if (how === 'listed')
    return `'${commit.name}' marks the record done while it waits in '${list}' for '${work.name}': a crash before that loses it.`
  if (how === 'others')
    return `'${commit.name}' also marks records of other keys done, which wait in '${list}' until '${work.name}' is called for them: a crash before that loses them.`
  if (how === 'unordered')
    return `'${commit.name}' runs in the order in which the records happen to end, so a later one is marked done while '${work.name}' of an earlier one still runs.`
  if (how === 'beside')
    return `'${commit.name}' runs beside '${work.name}' and may end first: a failure or a crash then loses the record.`
  if (how === 'sent')
    return `'${commit.name}' is sent before '${work.name}' has begun, and nobody waits for it: where it arrives first, a failure or a crash loses the record.`
  if (how === 'kept')
    return `'${commit.name}' runs before anybody has waited for '${work.name}': a failure of it, or a crash, then loses the record.`
  if (how === 'running') return `'${commit.name}' runs while '${work.name}' has not ended, so a failure of it is lost.`
  if (how === 'failed')
    return `'${commit.name}' runs even when '${work.name}' fails, so the record is marked done without its output.`
  return `'${commit.name}' marks the record done before '${work.name}' has run: a failure or a crash between them loses it.`
}
