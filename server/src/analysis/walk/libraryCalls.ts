/** Calls of libraries and of the language's own globals. */
import type { CallExpression } from '../../facts/code.ts'
import { hasWork, sequence } from '../../facts/flows.ts'
import type { OutputRow } from '../../facts/libraries/outputs.ts'
import { callRows } from '../../facts/libraries/signals.ts'
import { derive } from '../../facts/libraries/types.ts'
import type { Flow } from '../../facts/model.ts'
import { groupCommitFix } from '../fixes/groupCommitFix.ts'
import { stopLaterFix } from '../fixes/handlerFixes.ts'
import { beginEarlierFix, transactionFixes } from '../fixes/transactionFixes.ts'
import type { Thunk, Value } from '../values/frames.ts'
import { pureGlobal, timers } from '../values/globals.ts'
import type { CallWalker } from './callWalker.ts'
import { iterationOf } from './iterations.ts'
import { GroupPositions } from './offsets/groupPositions.ts'
import { callbackArguments } from './offsets/lookups.ts'
import { calleeOf, placeOf } from './places.ts'
import type { Position, Use } from './positions.ts'
import { isDelay, isHarmlessCall, isLog, shapeOf } from './shapes.ts'
import { calledBack } from './waiting/nodeCallbacks.ts'
import { handsOff, heard, isSending, sent } from './waiting/observables.ts'
import type { PromiseWalker } from './waiting/promiseWalker.ts'
import { queuedWork } from './waiting/queues.ts'
import { timed } from './waiting/timed.ts'
import type { Walker } from './walker.ts'

export class LibraryCalls {
  readonly #walker: Walker
  readonly #calls: CallWalker
  readonly #promises: PromiseWalker
  readonly #groupPositions: GroupPositions

  constructor(walker: Walker, calls: CallWalker, promises: PromiseWalker) {
    this.#walker = walker
    this.#calls = calls
    this.#promises = promises
    this.#groupPositions = new GroupPositions(walker.evaluator, walker.origins, walker.offsets)
  }

  external(
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
      this.#calls.chainArguments(call.callee, position, out)
      this.output(call, output, asked, position, use, out, true)
      return
    }
    const decoded: Flow[] = []
    if (this.#calls.decodes(call, callee.type, position, decoded)) {
      this.#calls.receiver(call.callee, position, out)
      out.push(...decoded)
      return
    }
    if (asked.startsWith('global:')) {
      this.#global(call, callee.type, position, use, out)
      return
    }
    if (isLog(call)) {
      this.#calls.signal(call, 'log', position, out)
      return
    }
    const queued = queuedWork(this.#walker, call, callee, position)
    if (queued) {
      out.push(this.#calls.detached('queue', call, queued, position))
      return
    }
    if (this.#calls.throws(call, position, out)) return
    this.#calls.receiver(call.callee, position, out)
    const iteration = iterationOf(this.#walker, call, position)
    if (iteration && !isDataset.test(callee.type)) {
      this.#calls.iterate(call, iteration, position, use, out)
      return
    }
    const shape = shapeOf(this.#walker, call, callee, position)
    if (shape && !call.isNew) {
      this.output(call, shape.row, shape.type, position, use, out, shape.isCertain)
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
      const closure = this.#calls.closure(arg, position)
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
    if ((use === 'floating' || use === 'void') && steps.some(hasWork) && awaitable.test(callee.type)) {
      out.push(this.#calls.detached(use, call, sequence(steps), position))
      return
    }
    if (use === 'floating' && steps.some(hasWork) && this.#givesPromise(call, type)) {
      out.push(this.#calls.detached('callback', call, sequence(steps), position))
      return
    }
    // An argument that is read or logged, `f(JSON.parse(text))`, is not all that the call does.
    if (!steps.some(hasWork) && !call.args.some(arg => this.#calls.closure(arg, position)))
      this.#quiet(call, callee, position, use, out)
    else out.push(...steps)
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
    this.#calls.arguments(call, position, out)
    if (isDelay(call) && use !== 'floating' && use !== 'void') {
      this.#calls.signal(call, 'delay', position, out)
      return
    }
    const isHandedOff = handsOff.test(callee.type)
    if (call.isNew || reading.test(callee.type) || (isHarmlessCall(call, callee) && !isHandedOff)) return
    const isEmitted = isHandedOff && use === 'floating' && this.#calls.takesRecord(call, position)
    if (isEmitted && heard(this.#walker, this.#calls, call, position, out)) return
    const isAwaited = use === 'awaited' || use === 'consumed' || use === 'returned'
    if (!isAwaited && !isEmitted) return
    out.push({
      kind: 'call',
      at: calleeOf(position.frame.module, call),
      calls: position.calls,
      name: this.#calls.name(call, position),
      isAwaited,
      takesRecord: !isEmitted && this.#calls.takesRecord(call, position),
      isEmitted,
      what: isEmitted ? 'project' : 'external',
      use,
    })
  }

  #steer(call: CallExpression, type: string, position: Position, use: Use, out: Flow[]): void {
    this.#calls.arguments(call, position, out)
    const row = callRows[type]
    const isFlush = type.endsWith('.commitOffsetsIfNecessary()') && call.args.length === 0
    const { module } = position.frame
    const base = { at: calleeOf(module, call), calls: position.calls }
    const name = this.#calls.name(call, position)
    if (row?.kind === 'commit') {
      const offset = this.#walker.offsets.position(call, row, position.frame)
      const found = this.#groupPositions.position(call, row, position.frame)
      const group = found && { ...found, fixes: groupCommitFix(position.frame, call, row.commit) }
      // A resolved or stored offset is noted at once, promise or not.
      const isSent = row.commit === 'commit' || type.endsWith('Transaction#.sendOffsets()')
      const isDropped = isSent && !type.endsWith('Sync()') && (use === 'floating' || use === 'void')
      const commit = isFlush ? 'flush' : row.commit
      const end = placeOf(module, { start: call.end, end: call.end })
      out.push({ kind: 'commit', ...base, end, commit, name, offset, group, isAwaited: !isDropped, fixes: [] })
    } else if (row?.kind === 'seek') {
      out.push({ kind: 'seek', ...base })
    } else if (row) {
      const isStopped = row.signal === 'stop' && (use === 'floating' || use === 'void')
      const isOwn = row.signal === 'stop' && position.calls.length === 0
      const fixes = isOwn ? stopLaterFix(module, call) : []
      const begun = row.signal === 'begin' ? transactionFixes(position.frame, call, this.#walker.consumed) : undefined
      out.push({
        kind: 'signal',
        ...base,
        signal: row.signal,
        name,
        isWaitedFor: !isStopped,
        fixes,
        ...(begun && { transactionFixes: begun }),
      })
    }
    // `producer.beginTransaction(error => { … })`: the rest of the transaction.
    if (/\w+Transaction\(\)$/.test(type)) this.#runCallbacks(call, position, out)
  }

  #runCallbacks(call: CallExpression, position: Position, out: Flow[]): void {
    const place = placeOf(position.frame.module, call.nameAt)
    for (const arg of call.args) {
      const closure = this.#calls.closure(arg, position)
      if (closure) out.push(this.#walker.enter(closure, [], position, place))
    }
  }

  output(
    call: CallExpression,
    row: OutputRow,
    type: string,
    position: Position,
    use: Use,
    out: Flow[],
    isCertain: boolean,
  ): void {
    this.#calls.arguments(call, position, out)
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
      isResultUsed: position.isResultUsed,
    }
    const output = this.#walker.outputs.output(where, row.kind, row.judge, isCertain)
    if (!output) return
    if (isSending(type)) {
      sent(this.#calls, call, type, output, position, use, out)
      return
    }
    const told = row.isAsync === false ? undefined : calledBack(this.#walker, this.#calls, call, output, position)
    if (told) {
      // Whoever waits for the promise around it waits for the function.
      out.push(position.isExecutor ? told : this.#calls.detached('called-back', call, told, position))
      return
    }
    const isAsync = row.isAsync !== false
    const isDropped = (use === 'floating' || use === 'void') && isAsync
    const isCollected = (use === 'value' || use === 'stored') && isAsync
    if (isDropped) out.push(this.#calls.detached(use === 'void' ? 'void' : 'floating', call, output, position))
    else out.push(isCollected ? this.#walker.outputs.collected(output) : output)
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
      timed(this.#walker, this.#calls, call, type, position, out)
      return
    }
    if (/\.abort$/.test(type) && this.#isOutOfScope(call, position)) {
      const at = calleeOf(position.frame.module, call)
      const name = this.#calls.name(call, position)
      const fixes = beginEarlierFix(position.frame, call)
      out.push({
        kind: 'signal',
        signal: 'abort-out-of-scope',
        at,
        calls: position.calls,
        name,
        isWaitedFor: true,
        fixes,
      })
      out.push({ kind: 'exit', exit: 'throw', at, calls: position.calls, hasValue: true })
      return
    }
    if (type.startsWith('global:console.')) {
      this.#calls.signal(call, 'log', position, out)
      return
    }
    this.#calls.receiver(call.callee, position, out)
    const iteration = iterationOf(this.#walker, call, position)
    if (iteration) {
      this.#calls.iterate(call, iteration, position, use, out)
      return
    }
    this.#calls.arguments(call, position, out)
    const shape = pureGlobal.test(type)
      ? undefined
      : shapeOf(this.#walker, call, { kind: 'foreign', name: type, by: undefined }, position)
    if (shape) this.output(call, shape.row, shape.type, position, use, out, shape.isCertain)
  }

  /** `transaction.abort()` in a catch, while `transaction` is declared inside the try. */
  #isOutOfScope(call: CallExpression, position: Position): boolean {
    const owner = call.callee.kind === 'member' ? call.callee.of : undefined
    if (owner?.kind !== 'name') return false
    return position.frame.module.calls.some(({ call: other, inside }) => {
      const of = other.callee.kind === 'member' ? other.callee.of : undefined
      return inside === position.frame.code && of?.kind === 'name' && of.name === owner.name && of.binding !== undefined
    })
  }
}

/** They make a promise of an observable, which ends when that does. */
const awaitable = /^rxjs:(?:first|last)ValueFrom$/

/** Of the runtime, but for the lists that datasets give. */
const isDataset = /^@tidemark\/runtime:(?!.*(?:\.collect\(\)|\.offsetRanges)\.)/

/** Calls of librdkafka's clients by which records are asked for: no work on one. */
const reading = /:KafkaConsumer#\.(?:connect|consume|subscribe|assign|incrementalAssign|committed|getMetadata)$/
