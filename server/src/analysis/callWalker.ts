/** Calls: known by their library, by their shape, entered where they are ours, noted where they cannot be followed. */
import type { CallExpression, Expression } from '../facts/code.ts'
import { hasWork, sequence } from '../facts/flows.ts'
import type { OutputRow } from '../facts/libraries/outputs.ts'
import { callRows } from '../facts/libraries/signals.ts'
import { derive } from '../facts/libraries/types.ts'
import type { Detached, Flow, Output, Place, Signal, Test } from '../facts/model.ts'
import { argumentsOf } from './activations.ts'
import type { Thunk, Value } from './frames.ts'
import { pureGlobal, returnsPromise, timers } from './globals.ts'
import { type Iteration, iterationOf } from './iterations.ts'
import { callbackArguments } from './lookups.ts'
import { calleeOf, placeOf, sourceText } from './places.ts'
import { isPromiseChain, PromiseWalker } from './promiseWalker.ts'
import { queuedWork } from './queues.ts'
import { isDelay, isHarmlessCall, isLog, shapeOf } from './shapes.ts'
import { trackedCommit } from './trackers.ts'
import type { Position, Use, Walker } from './walker.ts'

type Closure = Extract<Value, { kind: 'closure' }>

export class CallWalker {
  readonly #walker: Walker
  readonly #promises: PromiseWalker

  constructor(walker: Walker) {
    this.#walker = walker
    this.#promises = new PromiseWalker(walker, this)
  }

  call(call: CallExpression, position: Position, given: Use, out: Flow[]): void {
    // What an executor starts settles its promise; whoever waits for that waits for this.
    const use = position.isExecutor && given === 'floating' ? 'stored' : given
    if (isPromiseChain(call)) {
      this.#promises.chain(call, position, use, out)
      return
    }
    this.#walker.noteLookup(call, position)
    const callee = this.#walker.evaluator.evaluate(call.callee, position.frame)
    if (callee.kind === 'external') {
      this.#external(call, callee, position, use, out)
      return
    }
    if (isLog(call)) {
      this.#signal(call, 'log', position, out)
      return
    }
    this.#receiver(call.callee, position, out)
    if (callee.kind === 'closure') {
      this.#own(call, callee, position, use, out)
      return
    }
    const iteration = iterationOf(this.#walker, call, position)
    if (iteration) {
      this.#iterate(call, iteration, position, use, out)
      return
    }
    const shape = shapeOf(this.#walker, call, callee, position)
    if (shape) {
      this.#output(call, shape.row, shape.type, position, use, out, shape.isCertain)
      return
    }
    if (call.isNew && callee.kind === 'class') {
      this.#arguments(call, position, out)
      return
    }
    this.#opaque(call, callee, position, use, out)
  }

  // ---- libraries ----------------------------------------------------------------------------------------------

  #external(
    call: CallExpression,
    callee: Extract<Value, { kind: 'external' }>,
    position: Position,
    use: Use,
    out: Flow[],
  ): void {
    const type = derive(callee.type, call.isNew ? '#' : '()')
    const asked = `${callee.type}()`
    const row = callRows[asked]
    if (row) {
      this.#steer(call, asked, position, use, out)
      return
    }
    const output = call.isNew ? undefined : this.#walker.table.find(asked)
    if (output) {
      this.#chainArguments(call.callee, position, out)
      this.#output(call, output, asked, position, use, out, true)
      return
    }
    if (asked.startsWith('global:')) {
      this.#global(call, callee.type, position, use, out)
      return
    }
    if (isLog(call)) {
      this.#signal(call, 'log', position, out)
      return
    }
    const queued = queuedWork(this.#walker, call, callee, position)
    if (queued) {
      out.push(this.detached('queue', call, queued, position))
      return
    }
    this.#receiver(call.callee, position, out)
    const iteration = iterationOf(this.#walker, call, position)
    if (iteration && !callee.type.startsWith('@tidemark/runtime:')) {
      this.#iterate(call, iteration, position, use, out)
      return
    }
    const shape = shapeOf(this.#walker, call, callee, position)
    if (shape && !call.isNew) {
      this.#output(call, shape.row, shape.type, position, use, out, shape.isCertain)
      return
    }
    this.#callbacks(call, callee, type, position, use, out)
  }

  /** Functions given to a library: run as part of the call. */
  #callbacks(
    call: CallExpression,
    callee: Extract<Value, { kind: 'external' }>,
    type: string,
    position: Position,
    use: Use,
    out: Flow[],
  ): void {
    const name = call.callee.kind === 'member' ? call.callee.name : ''
    const given = callbackArguments(callee.type, name)
    const made = {
      expression: call,
      frame: position.frame,
      receiver:
        call.callee.kind === 'member' ? this.#walker.evaluator.evaluate(call.callee.of, position.frame) : undefined,
    }
    const args = given?.map(
      (of): Thunk => ({
        value: { kind: 'external', type: of, by: { expression: call, frame: position.frame }, call: made },
      }),
    )
    const isTransaction = /\.(?:\$?transaction|withTransaction|begin|tx)\(\)$/.test(`${callee.type}()`)
    const steps: Flow[] = []
    for (const arg of call.args) {
      const closure = this.closure(arg, position)
      if (!closure) this.#walker.expression(arg, position, 'value', steps)
      else
        steps.push(
          this.#walker.enter(
            closure,
            args ?? this.#transactionArguments(isTransaction, callee),
            position,
            placeOf(position.frame.module, call.nameAt),
          ),
        )
    }
    if (use === 'floating' && steps.some(hasWork) && this.#givesPromise(call, type)) {
      out.push(this.detached('callback', call, sequence(steps), position))
      return
    }
    out.push(...steps)
    if (!steps.length) this.#quiet(call, callee, position, use, out)
  }

  /** `prisma.$transaction(async tx => …)`: the handle writes like the client. */
  #transactionArguments(isTransaction: boolean, callee: Extract<Value, { kind: 'external' }>): readonly Thunk[] {
    if (!isTransaction) return []
    const owner = callee.type.replace(/\.[\w$]+$/, '').replace('typeorm:DataSource#', 'typeorm:EntityManager#')
    return [{ value: { kind: 'external', type: owner, by: undefined, call: undefined } }]
  }

  #givesPromise(call: CallExpression, type: string): boolean {
    return call.args.some(arg => arg.kind === 'function' && arg.code.isAsync) || /transaction/i.test(type)
  }

  /** A call of a library that no table knows: noted where it takes the record and may be awaited. */
  #quiet(
    call: CallExpression,
    callee: Extract<Value, { kind: 'external' }>,
    position: Position,
    use: Use,
    out: Flow[],
  ): void {
    this.#arguments(call, position, out)
    if (isDelay(call) && use !== 'floating' && use !== 'void') {
      this.#signal(call, 'delay', position, out)
      return
    }
    if (call.isNew || isHarmlessCall(call, callee)) return
    const isAwaited = use === 'awaited' || use === 'consumed' || use === 'returned'
    if (!isAwaited) return
    out.push({
      kind: 'call',
      at: calleeOf(position.frame.module, call),
      calls: position.calls,
      name: this.name(call, position),
      isAwaited,
      takesRecord: this.#takesRecord(call, position),
      what: 'external',
    })
  }

  #steer(call: CallExpression, type: string, position: Position, use: Use, out: Flow[]): void {
    this.#arguments(call, position, out)
    const row = callRows[type]
    const { module } = position.frame
    const base = { at: calleeOf(module, call), calls: position.calls }
    const name = this.name(call, position)
    if (row?.kind === 'commit') {
      const offset = this.#walker.offsets.position(call, row, position.frame)
      out.push({ kind: 'commit', ...base, commit: row.commit, name, offset, fixes: [] })
    } else if (row?.kind === 'seek') {
      out.push({ kind: 'seek', ...base })
    } else if (row) {
      const isStopped = row.signal === 'stop' && (use === 'floating' || use === 'void')
      out.push({ kind: 'signal', ...base, signal: row.signal, name, isWaitedFor: !isStopped, fixes: [] })
    }
  }

  #output(
    call: CallExpression,
    row: OutputRow,
    type: string,
    position: Position,
    use: Use,
    out: Flow[],
    isCertain: boolean,
  ): void {
    this.#arguments(call, position, out)
    const receiver =
      call.callee.kind === 'member' ? this.#walker.evaluator.evaluate(call.callee.of, position.frame) : undefined
    const made = receiver?.kind === 'external' ? receiver.call : undefined
    const where = {
      call,
      frame: position.frame,
      type,
      made,
      calls: position.calls,
      inTransaction: position.inTransaction,
    }
    const output = this.#walker.outputs.output(where, row.kind, row.judge, isCertain)
    if (!output) return
    if (type.startsWith('@nestjs/microservices:ClientKafka#.')) {
      this.#observable(call, type, output, position, use, out)
      return
    }
    const isDropped = (use === 'floating' || use === 'void') && row.isAsync !== false
    out.push(isDropped ? this.detached(use === 'void' ? 'void' : 'floating', call, output, position) : output)
  }

  /** An observable is sent when it is subscribed to (`send`) or made (`emit`); awaiting it waits for nothing. */
  #observable(call: CallExpression, type: string, output: Output, position: Position, use: Use, out: Flow[]): void {
    const isSubscribed = /\.(?:subscribe|forEach)\(\)$/.test(type)
    const isPromised = /\.toPromise\(\)$/.test(type)
    if (!isSubscribed && !type.includes('.emit') && use !== 'floating' && !isPromised) return
    // What subscribes inside `new Promise` is waited for by whoever waits for that.
    const isKept = isSubscribed
      ? position.isExecutor
      : isPromised
        ? use !== 'floating' && use !== 'void'
        : use === 'returned' || use === 'value' || use === 'stored'
    out.push(isKept ? output : this.detached('observable', call, output, position))
  }

  // ---- globals ------------------------------------------------------------------------------------------------

  #global(call: CallExpression, type: string, position: Position, use: Use, out: Flow[]): void {
    if (type === 'global:Promise' && call.isNew) {
      this.#promises.constructed(call, position, use, out)
      return
    }
    if (/^global:Promise\.(?:all|allSettled|race|any)$/.test(type)) {
      this.#promises.together(call, position, use, out)
      return
    }
    if (timers.has(type)) {
      this.#timer(call, type, position, out)
      return
    }
    if (type.startsWith('global:console.')) {
      this.#signal(call, 'log', position, out)
      return
    }
    this.#receiver(call.callee, position, out)
    const iteration = iterationOf(this.#walker, call, position)
    if (iteration) {
      this.#iterate(call, iteration, position, use, out)
      return
    }
    this.#arguments(call, position, out)
    if (type === 'global:JSON.parse') {
      this.#signal(call, 'parse', position, out)
      return
    }
    const shape = pureGlobal.test(type)
      ? undefined
      : shapeOf(this.#walker, call, { kind: 'foreign', name: type, by: undefined }, position)
    if (shape) this.#output(call, shape.row, shape.type, position, use, out, shape.isCertain)
  }

  #timer(call: CallExpression, type: string, position: Position, out: Flow[]): void {
    const [work] = call.args
    const closure = work ? this.closure(work, position) : undefined
    const flow = closure
      ? this.#walker.enter(closure, [], position, placeOf(position.frame.module, call.nameAt))
      : undefined
    if (flow) out.push(this.detached('timer', call, flow, position))
    if (type === 'global:setTimeout') this.#signal(call, 'delay', position, out, false)
  }

  // ---- ours ---------------------------------------------------------------------------------------------------

  #own(call: CallExpression, callee: Closure, position: Position, use: Use, out: Flow[]): void {
    this.#arguments(call, position, out)
    const isAsync = returnsPromise(this.#walker.evaluator, callee)
    const inner: Use = isAsync ? 'returned' : use === 'floating' || use === 'void' ? 'value' : 'returned'
    const place = placeOf(position.frame.module, call.nameAt)
    const tracked = trackedCommit(this.#walker, call, callee, position)
    if (tracked) {
      out.push(tracked)
      return
    }
    const isUsed =
      use === 'consumed' || use === 'stored' || use === 'value' || (use === 'returned' && position.isResultUsed)
    const flow = this.#enterAll(callee, call, position, place, { returned: inner, isUsed })
    const isDropped = isAsync && (use === 'floating' || use === 'void')
    if (isDropped && hasWork(flow)) out.push(this.detached(use === 'void' ? 'void' : 'floating', call, flow, position))
    else if (!isDropped) out.push(flow)
  }

  /** One function, or both that it may be. */
  #enterAll(
    callee: Closure,
    call: CallExpression,
    position: Position,
    place: Place,
    how: { returned: Use; isUsed: boolean },
  ): Flow {
    const args = argumentsOf(call, position.frame)
    const flow = this.#walker.enter(callee, args, position, place, how)
    if (callee.other?.kind !== 'closure') return flow
    const test: Test = { dedupe: undefined, lookupAt: undefined, repeatArm: undefined, source: '' }
    return {
      kind: 'branch',
      at: place,
      arms: [
        flow,
        this.#walker.enter({ ...callee.other, self: callee.self ?? callee.other.self }, args, position, place, how),
      ],
      test,
    }
  }

  #iterate(call: CallExpression, iteration: Iteration, position: Position, use: Use, out: Flow[]): void {
    const place = placeOf(position.frame.module, call.nameAt)
    const body = this.#walker.enter(iteration.closure, iteration.args, position, place)
    const loop: Flow = { kind: 'loop', at: place, body, over: iteration.over }
    const isAsync = returnsPromise(this.#walker.evaluator, iteration.closure)
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

  #opaque(call: CallExpression, callee: Value, position: Position, use: Use, out: Flow[]): void {
    const steps: Flow[] = []
    this.#arguments(call, position, steps)
    const place = placeOf(position.frame.module, call.nameAt)
    // A function given to something we cannot see is taken to run while that runs: retries, limiters, traces, locks.
    const callbacks = call.args.flatMap(arg => this.closure(arg, position) ?? [])
    for (const closure of callbacks) steps.push(this.#walker.enter(closure, [], position, place))
    const isAwaited = use !== 'floating' && use !== 'void'
    if (isDelay(call) && isAwaited) {
      this.#signal(call, 'delay', position, out)
      return
    }
    if (!isHarmlessCall(call, callee) && !call.isNew) {
      const what = callee.kind === 'foreign' ? 'project' : 'callback'
      const isFollowed = callbacks.length > 0
      const takesRecord = this.#takesRecord(call, position)
      if (!isFollowed)
        steps.push({
          kind: 'call',
          at: calleeOf(position.frame.module, call),
          calls: position.calls,
          name: this.name(call, position),
          isAwaited: use === 'awaited' || use === 'consumed' || use === 'returned',
          takesRecord,
          what,
          use,
        })
    }
    const isQueue = /^(?:add|push|enqueue|schedule|submit|run)$/.test(
      call.callee.kind === 'member' ? call.callee.name : '',
    )
    if (!isAwaited && callbacks.some(closure => closure.code.isAsync) && steps.some(hasWork))
      out.push(this.detached(isQueue ? 'queue' : 'callback', call, sequence(steps), position))
    else out.push(...steps)
  }

  #takesRecord(call: CallExpression, position: Position): boolean {
    return call.args.some(arg => this.#walker.origins.isFromRecord(arg, position.frame))
  }

  // ---- parts --------------------------------------------------------------------------------------------------

  #arguments(call: CallExpression, position: Position, out: Flow[]): void {
    for (const arg of call.args) if (arg.kind !== 'function') this.#walker.expression(arg, position, 'value', out)
  }

  #receiver(callee: Expression, position: Position, out: Flow[]): void {
    if (callee.kind === 'member') this.#walker.expression(callee.of, position, 'value', out)
  }

  /** `db.insert(t).values(x)`: the calls of the chain are one call, only their arguments run on their own. */
  #chainArguments(callee: Expression, position: Position, out: Flow[]): void {
    if (callee.kind !== 'member' || callee.of.kind !== 'call') return
    this.#chainArguments(callee.of.callee, position, out)
    this.#arguments(callee.of, position, out)
  }

  #signal(call: CallExpression, signal: Signal['signal'], position: Position, out: Flow[], isWaitedFor = true): void {
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
    if (!code?.isAsync || (how !== 'floating' && how !== 'void')) return []
    const start = how === 'void' ? module.text.lastIndexOf('void', call.start) : call.start
    const edit = { at: placeOf(module, { start, end: call.start }), newText: module.fixes.awaitPrefix }
    return [{ title: `Await ${this.name(call, position)}`, isSafe: true, edits: [edit] }]
  }
}
