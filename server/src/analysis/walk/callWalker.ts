/** Calls: known by their library, by their shape, entered where they are ours, noted where they cannot be followed. */
import type { CallExpression, Expression } from '../../facts/code.ts'
import { hasWork, sequence } from '../../facts/flows.ts'
import { isDecoder } from '../../facts/libraries/decoders.ts'
import type { Detached, Flow, OpaqueCall, Place, Signal } from '../../facts/model.ts'
import { togetherFix } from '../fixes/handlerFixes.ts'
import { observableFixes } from '../fixes/observableFixes.ts'
import { TypedReceivers } from '../types/typedReceivers.ts'
import { argumentsOf } from '../values/activations.ts'
import { looseInstance, type Value } from '../values/frames.ts'
import { mayBePromise, returnsPromise } from '../values/globals.ts'
import { handsOverHeartbeat } from './heartbeats.ts'
import { type Iteration, iterationOf } from './iterations.ts'
import { LibraryCalls } from './libraryCalls.ts'
import { trackedCommit } from './offsets/trackers.ts'
import { calleeOf, placeOf, sourceText } from './places.ts'
import type { Position, Use } from './positions.ts'
import { isDelay, isHarmlessCall, isLog, isThrowing, shapeOf } from './shapes.ts'
import { droppedIn } from './waiting/gathered.ts'
import { givesObservable, subscribes } from './waiting/observables.ts'
import { isPromiseChain, PromiseWalker } from './waiting/promiseWalker.ts'
import { isSettling, ownerOf } from './waiting/settling.ts'
import type { Walker } from './walker.ts'

type Closure = Extract<Value, { kind: 'closure' }>

export class CallWalker {
  readonly #walker: Walker
  readonly #promises: PromiseWalker
  readonly #libraries: LibraryCalls
  readonly #typed: TypedReceivers
  /** Calls that whoever waits for the functions around them means to wait for. */
  readonly #gathered = new Set<CallExpression>()

  constructor(walker: Walker) {
    this.#walker = walker
    this.#promises = new PromiseWalker(walker, this)
    this.#libraries = new LibraryCalls(walker, this, this.#promises)
    this.#typed = new TypedReceivers(walker.evaluator, walker.table)
  }

  call(call: CallExpression, position: Position, given: Use, out: Flow[]): void {
    const steps: Flow[] = []
    this.#call(call, position, given, steps)
    out.push(...steps)
    // `all.push(save(record))`
    const { callee, args } = call
    if (callee.kind === 'member' && /^(?:push|unshift|add)$/.test(callee.name) && args[0])
      this.#walker.promises.keep(callee.of, args[0], steps, position, out)
    this.#walker.buffers.called(call, position, out)
  }

  #call(call: CallExpression, position: Position, given: Use, out: Flow[]): void {
    // What an executor starts settles its promise; whoever waits for that waits for this.
    const use = position.isExecutor && given === 'floating' ? 'stored' : given
    if (isPromiseChain(call)) {
      this.#promises.chain(call, position, use, out)
      return
    }
    if (this.isReject(call.callee, position)) {
      this.arguments(call, position, out)
      this.reject(call.callee, calleeOf(position.frame.module, call), position, out)
      return
    }
    // `resolve(false)`: whoever waits can see what became of it.
    if (call.args.length > 0 && isSettling(call.callee, 0, position)) {
      this.arguments(call, position, out)
      this.signal(call, 'told', position, out)
      return
    }
    this.#walker.noteLookup(call, position)
    const seen = this.#walker.evaluator.evaluate(call.callee, position.frame)
    const callee = this.#typed.callee(call, seen, position.frame)
    if (subscribes(this.#walker, this, call, callee, position, use, out)) return
    if (callee.kind === 'external') {
      this.#libraries.external(call, callee, position, use, out)
      return
    }
    if (isLog(call)) {
      this.signal(call, 'log', position, out)
      return
    }
    this.receiver(call.callee, position, out)
    if (callee.kind === 'closure') {
      this.#own(call, callee, position, use, out)
      return
    }
    const iteration = iterationOf(this.#walker, call, position)
    if (iteration) {
      this.iterate(call, iteration, position, use, out)
      return
    }
    const shape = shapeOf(this.#walker, call, callee, position)
    if (shape) {
      this.#libraries.output(call, shape.row, shape.type, position, use, out, shape.isCertain)
      return
    }
    if (call.isNew && callee.kind === 'class') {
      this.arguments(call, position, out)
      return
    }
    this.#opaque(call, callee, position, use, out)
  }

  /** Inside the handler a rejection is an error like any other; of a promise around the consumer it tells whoever waits there. */
  reject(callee: Expression, at: Place, position: Position, out: Flow[]): void {
    const executor = ownerOf(callee, 1)
    if (executor && position.entered.includes(executor))
      out.push({ kind: 'exit', exit: 'throw', at, calls: position.calls, hasValue: true })
    else
      out.push({
        kind: 'signal',
        signal: 'told',
        at,
        calls: position.calls,
        name: sourceText(position.frame.module, callee, 40),
        isWaitedFor: true,
        fixes: [],
      })
  }

  /** `.catch(reject)` */
  isReject(expression: Expression, position: Position): boolean {
    return isSettling(expression, 1, position)
  }

  // ---- ours ---------------------------------------------------------------------------------------------------

  #own(call: CallExpression, callee: Closure, position: Position, use: Use, out: Flow[]): void {
    this.arguments(call, position, out)
    const isDropped = use === 'floating' || use === 'void'
    // What becomes of an observable is told by what is done with it where the function is called.
    const isObservable = !callee.code.isAsync && givesObservable(this.#walker, call, position)
    const isAsync = !isObservable && returnsPromise(this.#walker.evaluator, callee)
    const inner: Use = isObservable ? use : !isAsync && isDropped ? 'value' : 'returned'
    const place = placeOf(position.frame.module, call.nameAt)
    const tracked = trackedCommit(this.#walker, call, callee, position)
    if (tracked) {
      out.push(tracked)
      return
    }
    const isUsed =
      use === 'consumed' || use === 'stored' || use === 'value' || (use === 'returned' && position.isResultUsed)
    const isCollected = isAsync && (use === 'value' || use === 'stored')
    // `return save(record, attempt + 1)`: what it does is known from the first time; here it is work like any other.
    if (!this.#walker.canEnter(callee.code, position)) {
      this.#walker.isWhole = false
      const again = this.#unfollowed(call, 'project', position, use)
      if (!again.takesRecord) return
      out.push(
        isAsync && isDropped ? this.detached(use === 'void' ? 'void' : 'floating', call, again, position) : again,
      )
      return
    }
    const args = argumentsOf(call, position.frame)
    const flow = this.#walker.enterAll(callee, args, position, place, { returned: inner, isUsed, isCollected })
    // A codec of our own: what it makes of the bytes is not followed, only that it may fail.
    if (!hasWork(flow) && this.#isDecoding(call, undefined, position)) this.signal(call, 'parse', position, out)
    const isLost = isAsync && isDropped
    if (isLost && hasWork(flow)) out.push(this.detached(use === 'void' ? 'void' : 'floating', call, flow, position))
    else if (!isLost) out.push(flow)
  }

  iterate(call: CallExpression, iteration: Iteration, position: Position, use: Use, out: Flow[]): void {
    const place = placeOf(position.frame.module, call.nameAt)
    const isAsync = returnsPromise(this.#walker.evaluator, iteration.closure)
    // What a plain `map` makes of each record is looked at; a promise of it may still be thrown away.
    const isUsed = !isAsync && !iteration.dropsResult && use !== 'floating' && use !== 'void'
    const gathered = droppedIn(call, iteration.closure.code, position.frame.module)
    if (gathered) this.#gathered.add(gathered)
    const isCollected = isAsync && (use === 'stored' || position.isGathered === true)
    const body = this.#walker.enter(iteration.closure, iteration.args, position, place, { isUsed, isCollected })
    const loop: Flow = { kind: 'loop', at: place, body, over: iteration.over }
    if (isAsync && hasWork(body) && (iteration.dropsResult || use === 'floating' || use === 'void'))
      out.push(this.detached('for-each', call, loop, position))
    else out.push(loop)
  }

  /** A function that an argument is, or holds: `f`, `this.f.bind(this)`, `x => …`. */
  closure(expression: Expression, position: Position): Closure | undefined {
    const value = this.#walker.evaluator.evaluate(expression, position.frame)
    return value.kind === 'closure' ? value : undefined
  }

  // ---- what cannot be followed --------------------------------------------------------------------------------

  /** @returns false where it is no such call */
  throws(call: CallExpression, position: Position, out: Flow[]): boolean {
    if (!isThrowing(call)) return false
    this.arguments(call, position, out)
    const at = calleeOf(position.frame.module, call)
    out.push({ kind: 'exit', exit: 'throw', at, calls: position.calls, hasValue: true })
    return true
  }

  /** Fails on a broken record. @returns false where it is no such call */
  decodes(call: CallExpression, type: string | undefined, position: Position, out: Flow[]): boolean {
    if (!this.#isDecoding(call, type, position)) return false
    this.arguments(call, position, out)
    this.signal(call, 'parse', position, out)
    return true
  }

  /** `JSON.parse(…)` of anything, `registry.decode(message.value)`. */
  #isDecoding(call: CallExpression, type: string | undefined, position: Position): boolean {
    const { callee } = call
    const name = callee.kind === 'member' || callee.kind === 'name' ? callee.name : ''
    if (call.isNew || !isDecoder(name, type)) return false
    return type === 'global:JSON.parse' || this.takesRecord(call, position)
  }

  #opaque(call: CallExpression, callee: Value, position: Position, use: Use, out: Flow[]): void {
    if (this.throws(call, position, out) || this.decodes(call, undefined, position, out)) return
    const steps: Flow[] = []
    this.arguments(call, position, steps)
    const place = placeOf(position.frame.module, call.nameAt)
    // A function given to something we cannot see is taken to run while that runs: retries, limiters, traces, locks.
    const callbacks = call.args.flatMap(arg => this.closure(arg, position) ?? [])
    for (const closure of callbacks) steps.push(this.#walker.enter(closure, [], position, place))
    const isAwaited = use !== 'floating' && use !== 'void'
    if (isDelay(call) && isAwaited) {
      this.signal(call, 'delay', position, out)
      return
    }
    if (!isHarmlessCall(call, callee) && !call.isNew) {
      const what = callee.kind === 'foreign' ? 'project' : 'callback'
      const isFollowed = callbacks.length > 0
      if (!isFollowed) {
        const unfollowed = this.#unfollowed(call, what, position, use)
        const returns = callee.kind === 'typed' ? callee.type.returns : undefined
        const isMeant = this.#gathered.has(call) && returns?.name !== 'void'
        const isLost = !isAwaited && (mayBePromise(returns) || isMeant)
        steps.push(
          isLost && unfollowed.takesRecord
            ? this.detached(use === 'void' ? 'void' : 'floating', call, unfollowed, position)
            : unfollowed,
        )
      }
    }
    if (handsOverHeartbeat(this.#walker.evaluator, call, position.frame))
      this.signal(call, 'heartbeat', position, steps)
    const isQueue = /^(?:add|push|enqueue|schedule|submit|run)$/.test(
      call.callee.kind === 'member' ? call.callee.name : '',
    )
    if (!isAwaited && callbacks.some(closure => closure.code.isAsync) && steps.some(hasWork))
      out.push(this.detached(isQueue ? 'queue' : 'callback', call, sequence(steps), position))
    else out.push(...steps)
  }

  #unfollowed(call: CallExpression, what: OpaqueCall['what'], position: Position, use: Use): OpaqueCall {
    const among = this.#among(call, position)
    return {
      kind: 'call',
      at: calleeOf(position.frame.module, call),
      calls: position.calls,
      name: this.name(call, position),
      isAwaited: use === 'awaited' || use === 'consumed' || use === 'returned',
      takesRecord: this.takesRecord(call, position),
      what,
      ...(among.length > 0 && { among }),
      use,
    }
  }

  /** `this.orders.save(order)`, where several classes are such `orders`. */
  #among({ callee }: CallExpression, { frame }: Position): NonNullable<OpaqueCall['among']> {
    if (callee.kind !== 'member') return []
    const { evaluator } = this.#walker
    const { among } = evaluator.implementation(evaluator.evaluate(callee.of, frame))
    return among.map(one => {
      const method = evaluator.member(looseInstance(one.code, one.frame), callee.name, undefined)
      const at =
        method.kind === 'closure'
          ? placeOf(method.frame.module, method.code.head)
          : placeOf(one.frame.module, one.code.head)
      return { at, name: `${one.code.name ?? 'a class'}.${callee.name}` }
    })
  }

  takesRecord(call: CallExpression, position: Position): boolean {
    return call.args.some(arg => this.#walker.origins.isFromRecord(arg, position.frame))
  }

  // ---- parts --------------------------------------------------------------------------------------------------

  arguments(call: CallExpression, position: Position, out: Flow[]): void {
    for (const arg of call.args) if (arg.kind !== 'function') this.#walker.expression(arg, position, 'value', out)
  }

  receiver(callee: Expression, position: Position, out: Flow[]): void {
    if (callee.kind === 'member') this.#walker.expression(callee.of, position, 'value', out)
  }

  /** `db.insert(t).values(x)`: the calls of the chain are one call, only their arguments run on their own. */
  chainArguments(callee: Expression, position: Position, out: Flow[]): void {
    if (callee.kind !== 'member' || callee.of.kind !== 'call') return
    this.chainArguments(callee.of.callee, position, out)
    this.arguments(callee.of, position, out)
  }

  signal(call: CallExpression, signal: Signal['signal'], position: Position, out: Flow[], isWaitedFor = true): void {
    out.push({
      kind: 'signal',
      signal,
      at: calleeOf(position.frame.module, call),
      calls: position.calls,
      name: this.name(call, position),
      isWaitedFor,
      fixes: [],
    })
  }

  name(call: CallExpression, position: Position): string {
    return sourceText(position.frame.module, call.callee, 40)
  }

  detached(how: Detached['how'], call: CallExpression, flow: Flow, position: Position): Detached {
    const { module } = position.frame
    const at: Place = calleeOf(module, call)
    return {
      kind: 'detached',
      at,
      how,
      flow,
      name: this.name(call, position),
      fixes: this.#awaitFixes(how, call, position),
    }
  }

  #awaitFixes(how: Detached['how'], call: CallExpression, position: Position): Detached['fixes'] {
    const { module, code } = position.frame
    if (how === 'observable' && code?.isAsync) return observableFixes(module, call)
    if (how === 'for-each') return togetherFix(position.frame, call)
    if (!code?.isAsync || (how !== 'floating' && how !== 'void')) return []
    const start = how === 'void' ? module.text.lastIndexOf('void', call.start) : call.start
    const edit = { at: placeOf(module, { start, end: call.start }), newText: module.fixes.awaitPrefix }
    return [{ title: `Await ${this.name(call, position)}`, isSafe: true, edits: [edit] }]
  }
}
