/** Observables, subjects and emitters: what runs because of them, and that nobody waits for it. */
import type { CallExpression, Expression } from '../../../facts/code.ts'
import { hasWork, sequence } from '../../../facts/flows.ts'
import type { Flow, Output } from '../../../facts/model.ts'
import { frameIn } from '../../values/activations.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { Frame, Thunk, Value } from '../../values/frames.ts'
import { returnsPromise } from '../../values/globals.ts'
import type { CallWalker } from '../callWalker.ts'
import { placeOf } from '../places.ts'
import type { Position, Use } from '../positions.ts'
import { holderOf } from '../remembered/holders.ts'
import type { Walker } from '../walker.ts'

/** Calls that give an observable: nothing is sent before somebody subscribes, but for `emit`, which is sent at once. */
const sending = /^@nestjs\/(?:microservices:ClientKafka#\.(?:send|emit)|axios:HttpService#\.\w+)\(\)/

export function isSending(type: string): boolean {
  return sending.test(type)
}

/** Whether what a call gives is an observable, by what it is or by its type. */
export function givesObservable({ evaluator }: Walker, call: CallExpression, { frame }: Position): boolean {
  const value = evaluator.evaluate(call, frame)
  return value.kind === 'external' && (isSending(value.type) || value.type === 'rxjs:Observable#')
}

/** Awaiting an observable waits for nothing. */
export function sent(
  calls: CallWalker,
  call: CallExpression,
  type: string,
  output: Output,
  position: Position,
  use: Use,
  out: Flow[],
): void {
  const isSubscribed = /\.(?:subscribe|forEach)\(\)$/.test(type)
  const isPromised = /\.toPromise\(\)$/.test(type)
  // A request whose reply is asked for, or not asked at all, writes nothing.
  if (/ClientKafka#\.send\b/.test(type) && !isSubscribed && !isPromised && use !== 'floating') return
  // What subscribes inside `new Promise` is waited for by whoever waits for that.
  const isKept = isSubscribed
    ? position.isExecutor
    : isPromised
      ? use !== 'floating' && use !== 'void'
      : use === 'returned' || use === 'value' || use === 'stored'
  out.push(isKept ? output : calls.detached('observable', call, output, position))
}

const observed = /^rxjs:[a-z]\w*\(\).*\.subscribe$/

/**
 * `from(save(order)).subscribe()`, `orders.save(order).subscribe()` of whatever gives that observable.
 *
 * @returns false where it is no such call
 */
export function subscribes(
  walker: Walker,
  calls: CallWalker,
  call: CallExpression,
  callee: Value,
  position: Position,
  use: Use,
  out: Flow[],
): boolean {
  if (callee.kind === 'external' ? !observed.test(callee.type) : !isObserving(call)) return false
  const steps: Flow[] = []
  calls.receiver(call.callee, position, steps)
  const place = placeOf(position.frame.module, call.nameAt)
  for (const arg of call.args.flatMap(nextOf)) {
    const closure = calls.closure(arg, position)
    if (closure) steps.push(walker.enter(closure, [], position, place))
  }
  const isWaitedFor = position.isExecutor || use === 'awaited' || use === 'consumed' || use === 'returned'
  if (isWaitedFor || !steps.some(hasWork)) out.push(...steps)
  else out.push(calls.detached('observable', call, sequence(steps), position))
  return true
}

/** By its form: no bus is subscribed to without a listener, none takes one for errors. */
function isObserving({ callee, args: [first] }: CallExpression): boolean {
  if (callee.kind !== 'member' || callee.name !== 'subscribe' || callee.of.kind !== 'call') return false
  return (
    !first || (first.kind === 'object' && first.properties.some(({ name }) => name === 'error' || name === 'complete'))
  )
}

/** `subject.next(order)` and `events.emit('order', order)`. */
export const handsOff =
  /^(?:(?:events:(?:EventEmitter)?|eventemitter2:EventEmitter2|eventemitter3:(?:EventEmitter)?|@nestjs\/event-emitter:EventEmitter2)#\.emit|rxjs:(?:Behavior|Replay|Async)?Subject#\.next)$/

/**
 * What the listeners of the same file do with it: at once, and whoever hands it on waits for that, or by a promise that nobody
 * waits for.
 *
 * @returns false where there are none in sight
 */
export function heard(
  walker: Walker,
  calls: CallWalker,
  call: CallExpression,
  position: Position,
  out: Flow[],
): boolean {
  const { callee, args } = call
  const { frame } = position
  const holder = callee.kind === 'member' ? holderOf(callee.of, frame.module) : undefined
  if (callee.kind !== 'member' || holder === undefined) return false
  const isEvent = callee.name === 'emit'
  const given = (isEvent ? args.slice(1) : args).map((expression): Thunk => ({ expression, frame, path: [] }))
  const place = placeOf(frame.module, call.nameAt)
  const later: Flow[] = []
  let isListened = false
  for (const { call: other, inside } of frame.module.calls) {
    const work = isEvent ? listenedBy(other) : subscribedBy(other)
    if (!work || holderOf(work.to, frame.module) !== holder) continue
    const own = frameIn(frame, inside)
    if (isEvent && !isSameEvent(walker.evaluator, [args[0], frame], [other.args[0], own])) continue
    isListened = true
    for (const one of [...work.operators, ...work.functions]) {
      const closure = walker.evaluator.evaluate(one, own)
      if (closure.kind !== 'closure') continue
      const isLater = work.operators.includes(one) || returnsPromise(walker.evaluator, closure)
      const steps = isLater ? later : out
      steps.push(walker.enter(closure, given, position, place))
    }
  }
  if (later.some(hasWork)) out.push(calls.detached('emitter', call, sequence(later), position))
  return isListened
}

interface Listening {
  readonly to: Expression
  /** What they give is waited for inside the pipe. */
  readonly operators: readonly Expression[]
  readonly functions: readonly Expression[]
}

function listenedBy({ callee, args }: CallExpression): Listening | undefined {
  if (callee.kind !== 'member' || !/^(?:on|once|addListener|prependListener)$/.test(callee.name)) return undefined
  return { to: callee.of, operators: [], functions: args.slice(1, 2) }
}

/** `subject.pipe(mergeMap(save)).subscribe(note)` */
function subscribedBy(call: CallExpression): Listening | undefined {
  if (call.callee.kind !== 'member' || call.callee.name !== 'subscribe') return undefined
  const operators: Expression[] = []
  let at = call.callee.of
  while (at.kind === 'call' && at.callee.kind === 'member' && /^(?:pipe|asObservable)$/.test(at.callee.name)) {
    for (const operator of at.args) if (operator.kind === 'call') operators.push(...operator.args)
    at = at.callee.of
  }
  return { to: at, operators, functions: call.args.flatMap(nextOf) }
}

/** `{ next: save }`, or the function itself. */
function nextOf(given: Expression): readonly Expression[] {
  if (given.kind !== 'object') return [given]
  return given.properties.filter(({ name }) => name === 'next').map(({ value }) => value)
}

type Event = readonly [Expression | undefined, Frame]

function isSameEvent(evaluator: Evaluator, [one, ownFrame]: Event, [two, otherFrame]: Event): boolean {
  const first = one && evaluator.evaluate(one, ownFrame)
  const second = two && evaluator.evaluate(two, otherFrame)
  return first?.kind === 'constant' && second?.kind === 'constant' && first.value === second.value
}
