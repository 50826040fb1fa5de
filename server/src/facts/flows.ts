/** Putting flows together. */
import type { Flow, Sequence, Test } from './model.ts'

export const nothing: Sequence = { kind: 'sequence', steps: [] }

export function sequence(steps: readonly Flow[]): Flow {
  return steps.length === 1 ? (steps[0] as Flow) : { kind: 'sequence', steps }
}

/** A choice of which only the ways matter. */
export function untested(source = ''): Test {
  return { dedupe: undefined, lookupAt: undefined, repeatArm: undefined, source }
}

/** Every event and construct in a flow, outer ones first. Gathered once: every rule asks for those of the same handlers. */
export function within(flow: Flow): readonly Flow[] {
  let found = gathered.get(flow)
  if (!found) {
    found = []
    gather(flow, found)
    gathered.set(flow, found)
  }
  return found
}

const gathered = new WeakMap<Flow, Flow[]>()

function gather(flow: Flow, into: Flow[]): void {
  into.push(flow)
  for (const part of partsOf(flow)) gather(part, into)
}

export function partsOf(flow: Flow): readonly Flow[] {
  switch (flow.kind) {
    case 'sequence':
      return flow.steps
    case 'branch':
    case 'parallel':
      return flow.arms
    case 'loop':
    case 'helper':
      return [flow.body]
    case 'try':
      return [flow.block, ...(flow.handler ? [flow.handler] : []), ...(flow.cleanup ? [flow.cleanup] : [])]
    case 'detached':
      return [flow.flow]
    default:
      return []
  }
}

/** Whether anything in it acts on the world outside, or might. */
export function hasWork(flow: Flow): boolean {
  for (const part of within(flow)) {
    if (part.kind === 'output' || part.kind === 'commit' || part.kind === 'seek') return true
    if (part.kind === 'call' && (part.takesRecord || part.isAwaited)) return true
  }
  return false
}
