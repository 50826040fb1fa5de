/** Commits of one group's position while other groups of the same batch may be undone. */
import { partsOf, within } from '../../facts/flows.ts'
import type { Branch, Commit, Flow, GroupPosition, Handler, Loop, Pipeline } from '../../facts/model.ts'
import { workIn } from './handlers.ts'
import { once } from './once.ts'

export interface GroupCommit {
  readonly commit: Commit
  readonly group: GroupPosition
  /** `false`: what is awaited in the loop over the groups may be no work on their records. */
  readonly isCertain: boolean
}

export const groupCommits = once(function* (pipeline: Pipeline, handler: Handler): Generator<GroupCommit> {
  if (handler.role !== 'batch' || pipeline.declared?.guarantee === 'at-most-once') return
  for (const { commit, around } of commitsIn(handler.flow, [])) {
    const { group } = commit
    const loop = group && counts(pipeline, commit) ? loopOver(group, around) : undefined
    if (group && loop && workIn(loop.body)) yield { commit, group, isCertain: worksOnRecords(loop.body) }
  }
})

/** A resolved offset is only committed where the client commits by itself. */
function counts(pipeline: Pipeline, commit: Commit): boolean {
  return commit.commit !== 'resolve' || pipeline.options.commitMode === 'after-handler'
}

/** The loop over the groups. Work in it is done group by group; with the work before it, every position of the batch is done. */
function loopOver(group: GroupPosition, around: readonly Flow[]): Loop | undefined {
  const loops = around.filter((flow): flow is Loop => flow.kind === 'loop' && /^(?:records|values)$/.test(flow.over))
  const loop = loops.at(-group.loops)
  if (!loop) return undefined
  const inside = around.slice(around.indexOf(loop) + 1)
  return inside.every(flow => flow.kind !== 'branch' || isPlain(flow)) ? loop : undefined
}

function worksOnRecords(flow: Flow): boolean {
  for (const part of within(flow)) if (part.kind === 'output' || (part.kind === 'call' && part.takesRecord)) return true
  return false
}

/** `if (index < last) continue` keeps the commit from running as well as an `if` around it does; leaving the batch does not. */
function leavesGroup(branch: Branch): boolean {
  if (/\bis(?:Running|Stale)\b/.test(branch.test.source)) return false
  for (const part of within(branch))
    if (part.kind === 'exit' && (part.exit === 'continue' || part.exit === 'return')) return true
  return false
}

/** `if (last)`, `if (group.length > 0)`: says nothing about which groups are done. */
function isPlain({ test }: Branch): boolean {
  if (/\bis[A-Z]|done|pending|remain|left|index|count|ready|safe|\bcan[A-Z]/i.test(test.source)) return false
  return /^!?[\w$.?]+(?: *(?:>|[!=]==?) *(?:0|undefined|null))?$/.test(test.source)
}

/** Every commit with the constructs around it and the branches before it that may leave first, outer ones first. */
function* commitsIn(flow: Flow, around: readonly Flow[]): Generator<{ commit: Commit; around: readonly Flow[] }> {
  if (flow.kind === 'commit') yield { commit: flow, around }
  let inside = [...around, flow]
  for (const part of partsOf(flow)) {
    yield* commitsIn(part, inside)
    if (flow.kind === 'sequence' && part.kind === 'branch' && leavesGroup(part)) inside = [...inside, part]
  }
}
