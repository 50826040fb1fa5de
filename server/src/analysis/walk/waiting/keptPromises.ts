/** Promises that are kept under a name: where each is begun, and where it is waited for. */
import { childrenOf } from '../../../facts/calls.ts'
import type { Expression } from '../../../facts/code.ts'
import { hasWork, partsOf } from '../../../facts/flows.ts'
import type { Flow, OpaqueCall, Output, Pending, Place } from '../../../facts/model.ts'
import type { Frame } from '../../values/frames.ts'
import { placeOf } from '../places.ts'
import type { Position } from '../positions.ts'
import { holderOf } from '../remembered/holders.ts'
import { isHandedOn } from './handedOn.ts'
import { isPromiseChain } from './promiseWalker.ts'

/** Names that stand for names: this far. */
const hopsMax = 4

export class KeptPromises {
  readonly #kept = new Map<string, Output | OpaqueCall>()

  /** `const saved = save(record)`, `all.push(save(record))`. @param steps what running `value` does */
  keep(target: Expression, value: Expression, steps: readonly Flow[], position: Position, out: Flow[]): void {
    if (value.kind === 'await') return
    const holder = holderOf(target, position.frame.module)
    if (holder === undefined) return
    const [work] = steps.flatMap(step => [...unawaited(step, value.kind === 'call' && isPromiseChain(value))])
    if (!work) return
    this.#kept.set(holder, work)
    out.push(this.#event('begun', holder, work, placeOf(position.frame.module, value), position))
  }

  /** `const saved = save(record); log(saved.id)`: it has a name, and nobody waits for it. @param steps what running `value` does */
  isDropped(target: Expression, value: Expression, steps: readonly Flow[], { frame: { code } }: Position): boolean {
    const binding = target.kind === 'name' ? target.binding : undefined
    if (!binding?.isConstant || !code || binding.owner !== code || value.kind !== 'call') return false
    return steps.some(isPromiseOfWork) && !isHandedOn(binding, code)
  }

  /** `await saved`, `await Promise.all(all)`. */
  await(expression: Expression, position: Position, out: Flow[]): void {
    if (this.#kept.size === 0) return
    for (const holder of this.#holdersIn(expression, position.frame, 0)) {
      const work = this.#kept.get(holder)
      if (work) out.push(this.#event('ended', holder, work, placeOf(position.frame.module, expression), position))
    }
  }

  #event(is: Pending['is'], holder: string, work: Pending['work'], at: Place, { calls }: Position): Pending {
    return { kind: 'pending', is, holder, work, at, calls }
  }

  /** What an awaited expression waits for, by where it is kept. */
  *#holdersIn(expression: Expression, frame: Frame, hops: number): Generator<string> {
    const holder = holderOf(expression, frame.module)
    if (holder !== undefined && this.#kept.has(holder)) {
      yield holder
      return
    }
    if (expression.kind === 'name' && hops < hopsMax)
      for (const source of expression.binding?.sources ?? [])
        if (source.kind === 'expression' && source.inside === frame.code)
          yield* this.#holdersIn(source.from, frame, hops + 1)
    for (const part of heldIn(expression)) yield* this.#holdersIn(part, frame, hops)
  }
}

/** What of an expression may be, or hold, the promise: `Promise.all(all)`, `all.shift()`, `first.saved`, `within(saved, 100)`. */
function heldIn(expression: Expression): readonly Expression[] {
  return expression.kind === 'choice' ? [expression.whenTrue, expression.whenFalse] : childrenOf(expression)
}

/** Of what is known to give one: an output of a library, an async function of ours. */
function isPromiseOfWork(flow: Flow): boolean {
  if (flow.kind === 'output') return flow.isCollected === true && flow.isCertain && !flow.isDeadLetter
  if (flow.kind === 'helper') return flow.isCollected === true && hasWork(flow)
  return flow.kind === 'branch' && flow.arms.some(isPromiseOfWork)
}

/** Work behind a promise that nobody has waited for yet. */
function* unawaited(flow: Flow, isInside: boolean): Generator<Output | OpaqueCall> {
  if (flow.kind === 'output' && !flow.isDeadLetter && (isInside || flow.isCollected)) yield flow
  if (flow.kind === 'call' && flow.takesRecord && (isInside || flow.use === 'stored' || flow.use === 'value'))
    yield flow
  const isPromise = isInside || (flow.kind === 'helper' && flow.isCollected === true)
  if (flow.kind !== 'detached') for (const part of partsOf(flow)) yield* unawaited(part, isPromise)
}
