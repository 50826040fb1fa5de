/** Promises: chains with `then` and `catch`, `Promise.all`, `new Promise`. */
import type { CallExpression, Expression } from '../../../facts/code.ts'
import { hasWork, nothing, sequence, within } from '../../../facts/flows.ts'
import type { Flow } from '../../../facts/model.ts'
import type { CallWalker } from '../callWalker.ts'
import { calleeOf, placeOf } from '../places.ts'
import type { Position, Use } from '../positions.ts'
import type { Walker } from '../walker.ts'

export function isPromiseChain(call: CallExpression): boolean {
  return (
    call.callee.kind === 'member' &&
    /^(?:then|catch|finally)$/.test(call.callee.name) &&
    call.callee.of.kind !== 'literal'
  )
}

function hasCatch(call: Expression): boolean {
  if (call.kind !== 'call' || call.callee.kind !== 'member' || !isPromiseChain(call)) return false
  return call.callee.name === 'catch' || call.args.length > 1 || hasCatch(call.callee.of)
}

function stops(flow: Flow): boolean {
  for (const part of within(flow)) if (part.kind === 'signal' && part.signal === 'stop') return true
  return false
}

/** `Promise.race([save(record), sleep(5_000)])`, `Promise.race(records.map(save))`: it may be over while work still runs. */
function isDecidedWithout({ callee }: CallExpression, arms: readonly Flow[]): boolean {
  if (callee.kind !== 'member' || !/^(?:race|any)$/.test(callee.name)) return false
  const works = arms.filter(hasWork)
  if (works.length > 1 || works.some(arm => arm.kind === 'loop')) return true
  return arms.some(arm => !hasWork(arm) && isPeaceful(arm))
}

/** It ends after a while, and without an error. */
function isPeaceful(flow: Flow): boolean {
  const parts = within(flow)
  return (
    parts.some(part => part.kind === 'signal' && part.signal === 'delay' && part.name !== timeLimit) &&
    !parts.some(part => part.kind === 'exit' && part.exit === 'throw')
  )
}

/** A promise that is rejected after a while. */
const timeLimit = 'a time limit'

export class PromiseWalker {
  readonly #walker: Walker
  readonly #calls: CallWalker

  constructor(walker: Walker, calls: CallWalker) {
    this.#walker = walker
    this.#calls = calls
  }

  /** `save().then(f).catch(g)`: f runs after, g when anything before it failed. */
  chain(call: CallExpression, position: Position, use: Use, out: Flow[]): void {
    const flow = this.#chained(call, position, use)
    const isDropped = use === 'floating' || use === 'void'
    // `consumer.stop().then(done)`: nobody waits for the stop either.
    if (isDropped && (hasWork(flow) || stops(flow)))
      out.push(
        this.#calls.detached(
          hasCatch(call) ? 'then-catch' : use === 'void' ? 'void' : 'floating',
          call,
          flow,
          position,
        ),
      )
    else out.push(flow)
  }

  #chained(expression: Expression, position: Position, use: Use): Flow {
    if (expression.kind !== 'call' || expression.callee.kind !== 'member' || !isPromiseChain(expression)) {
      const steps: Flow[] = []
      this.#walker.expression(expression, position, 'awaited', steps)
      this.#walker.promises.await(expression, position, steps)
      return sequence(steps)
    }
    const before = this.#chained(expression.callee.of, position, use)
    const { name, nameAt } = expression.callee
    const [first, second] = expression.args
    if (name === 'then') {
      const next = sequence([before, this.#callback(first, position)])
      return second ? this.#guarded(next, second, nameAt, position, use) : next
    }
    if (name === 'catch') return first ? this.#guarded(before, first, nameAt, position, use) : before
    const at = placeOf(position.frame.module, nameAt)
    return {
      kind: 'try',
      at,
      block: before,
      handler: undefined,
      handlerAt: undefined,
      form: 'promise-used',
      defersError: false,
      storesResult: false,
      errorName: undefined,
      handlerEnd: undefined,
      cleanup: this.#callback(first, position),
      cleanupAt: at,
      fixes: [],
    }
  }

  #guarded(
    block: Flow,
    handler: Expression,
    nameAt: { start: number; end: number },
    position: Position,
    use: Use,
  ): Flow {
    const { module } = position.frame
    const at = placeOf(module, nameAt)
    const closure = this.#calls.closure(handler, position)
    // What a promise's executor starts ends in its `resolve` and `reject`; the result of the chain goes nowhere.
    const isKept = use === 'stored' && !position.isExecutor
    // Returned to a caller that drops it, nobody sees what the catch makes of the error.
    const isReturned =
      use === 'returned' && (position.isResultUsed || position.isResultKept || position.calls.length === 0)
    const isUsed = use === 'consumed' || isReturned || use === 'value' || isKept
    return {
      kind: 'try',
      at,
      block,
      handler: this.#callback(handler, position),
      handlerAt: at,
      form: isUsed ? 'promise-used' : 'promise-dropped',
      defersError: false,
      storesResult: false,
      errorName: closure?.code.parameters[0]?.binding?.name,
      // Thrown there it would reach nobody.
      handlerEnd:
        closure &&
        !position.isExecutor &&
        !closure.code.isExpression &&
        closure.code.start >= handler.start &&
        closure.code.end <= handler.end
          ? placeOf(module, { start: closure.code.end - 1, end: closure.code.end - 1 })
          : undefined,
      cleanup: undefined,
      cleanupAt: undefined,
      fixes: [],
    }
  }

  #callback(expression: Expression | undefined, position: Position): Flow {
    if (!expression) return sequence([])
    const closure = this.#calls.closure(expression, position)
    if (!closure) return this.#named(expression, position)
    return this.#walker.enter(closure, [], position, placeOf(position.frame.module, closure.code.head))
  }

  /** `.catch(console.error)`, `.then(resolve)`. */
  #named(expression: Expression, position: Position): Flow {
    const value = this.#walker.evaluator.evaluate(expression, position.frame)
    const at = placeOf(position.frame.module, expression)
    if (this.#calls.isReject(expression, position)) {
      const steps: Flow[] = []
      this.#calls.reject(expression, at, position, steps)
      return sequence(steps)
    }
    if (value.kind === 'external' && value.type.startsWith('global:console.'))
      return {
        kind: 'signal',
        signal: 'log',
        at,
        calls: position.calls,
        name: value.type.slice('global:'.length),
        isWaitedFor: true,
        fixes: [],
      }
    return sequence([])
  }

  together(call: CallExpression, position: Position, use: Use, out: Flow[]): void {
    const [list] = call.args
    const arms: Flow[] = []
    const inside = { ...position, isGathered: use === 'consumed' || use === 'value' || use === 'stored' }
    if (list?.kind === 'array') for (const item of list.items) arms.push(this.#arm(item, inside))
    else if (list) arms.push(this.#arm(list, inside))
    const all: Flow = { kind: 'parallel', at: placeOf(position.frame.module, call), arms }
    const isForgotten = use === 'awaited' && call.callee.kind === 'member' && call.callee.name === 'allSettled'
    const flow = isForgotten ? this.#settled(call, all, position) : all
    const isDropped = use === 'floating' || use === 'void'
    if (isDropped && hasWork(flow)) out.push(this.#calls.detached('floating', call, flow, position))
    else if (use === 'awaited' && hasWork(flow) && isDecidedWithout(call, arms)) this.#raced(call, arms, position, out)
    else out.push(flow)
  }

  /** What has not ended when the race is over goes on by itself. */
  #raced(call: CallExpression, arms: readonly Flow[], position: Position, out: Flow[]): void {
    out.push(...arms.filter(arm => !hasWork(arm)))
    out.push(this.#calls.detached('race', call, sequence(arms.filter(hasWork)), position))
  }

  /** `await Promise.allSettled(…)` whose results nobody looks at: a failure ends there. */
  #settled(call: CallExpression, block: Flow, { frame }: Position): Flow {
    const at = placeOf(frame.module, call.nameAt)
    return {
      kind: 'try',
      at,
      block,
      handler: nothing,
      handlerAt: at,
      form: 'all-settled',
      defersError: false,
      storesResult: false,
      errorName: undefined,
      handlerEnd: undefined,
      cleanup: undefined,
      cleanupAt: undefined,
      fixes: [],
    }
  }

  #arm(expression: Expression, position: Position): Flow {
    const steps: Flow[] = []
    const inner =
      expression.kind === 'other' && expression.what === 'spread' ? (expression.parts[0] as Expression) : expression
    this.#walker.expression(inner, position, 'value', steps)
    return sequence(steps)
  }

  /** The executor runs at once; what it starts ends when the promise is settled. */
  constructed(call: CallExpression, position: Position, use: Use, out: Flow[]): void {
    const [executor] = call.args
    const closure = executor ? this.#calls.closure(executor, position) : undefined
    const flow = closure
      ? this.#walker.enter(closure, [], position, placeOf(position.frame.module, call.nameAt), {
          returned: 'value',
          isExecutor: true,
        })
      : sequence([])
    const isDropped = use === 'floating' || use === 'void'
    const isDelay = [...within(flow)].some(part => part.kind === 'signal' && part.signal === 'delay')
    if (isDelay && !hasWork(flow)) {
      const isRejected = within(flow).some(part => part.kind === 'exit' && part.exit === 'throw')
      out.push({
        kind: 'signal',
        signal: 'delay',
        at: placeOf(position.frame.module, call),
        calls: position.calls,
        name: isRejected ? timeLimit : 'a delay',
        isWaitedFor: !isDropped,
        fixes: [],
      })
      return
    }
    if (!isDropped) {
      out.push(flow)
      return
    }
    const at = calleeOf(position.frame.module, call)
    const waits: Flow = {
      kind: 'call',
      at,
      calls: position.calls,
      name: 'new Promise',
      isAwaited: true,
      takesRecord: false,
      what: 'callback',
    }
    const hasCalls = position.frame.module.calls.some(
      ({ call: inner }) => inner.start > call.start && inner.end < call.end,
    )
    if (hasCalls) out.push(this.#calls.detached('promise-constructor', call, sequence([flow, waits]), position))
  }
}
