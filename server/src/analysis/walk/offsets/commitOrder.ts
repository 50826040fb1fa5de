/** Commits that stand before an output in the same block, with the fix that puts them behind it. */
import type { Statement } from '../../../facts/code.ts'
import { within } from '../../../facts/flows.ts'
import type { Flow } from '../../../facts/model.ts'
import { commitLaterFix } from '../../fixes/handlerFixes.ts'
import type { Position } from '../positions.ts'

/** @param starts where in `steps` each statement begins */
export function commitsLater(
  position: Position,
  statements: readonly Statement[],
  steps: readonly Flow[],
  starts: readonly number[],
): readonly Flow[] {
  if (!steps.some(step => step.kind === 'commit')) return steps
  const of = (index: number): readonly Flow[] => steps.slice(starts[index], starts[index + 1] ?? steps.length)
  return steps.map((step, at) => {
    if (step.kind !== 'commit' || step.calls.length !== position.calls.length) return step
    const own = starts.findLastIndex(start => start <= at)
    const later = starts.findLastIndex((_, index) => index > own && of(index).some(isOwnOutput))
    const [commit, output] = [statements[own], statements[later]]
    if (commit?.kind !== 'do' || output?.kind !== 'do' || of(own).length > 1) return step
    // What may leave between the two would then leave without the commit.
    const between = starts.slice(own + 1, later + 1).flatMap((_, index) => of(own + 1 + index))
    if (between.some(leaves)) return step
    return { ...step, fixes: commitLaterFix(position.frame.module, commit, output) }
  })
}

function isOwnOutput(flow: Flow): boolean {
  if (flow.kind === 'pending') return flow.is === 'ended'
  return flow.kind === 'output' && !flow.isDeadLetter && !flow.isCollected
}

function leaves(flow: Flow): boolean {
  for (const part of within(flow)) if (part.kind === 'exit') return true
  return false
}
