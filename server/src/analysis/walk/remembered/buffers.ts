/**
 * Lists and maps that outlive the handler: a record is put into one, and what writes it out stands elsewhere in the file, run
 * by a timer, at a threshold, or at the end of a batch.
 */
import type {
  AssignExpression,
  CallExpression,
  Expression,
  FunctionCode,
  IfStatement,
  LoopStatement,
  Module,
} from '../../../facts/code.ts'
import { within } from '../../../facts/flows.ts'
import type { Flow, OpaqueCall, Output, Pending, Place } from '../../../facts/model.ts'
import { frameIn } from '../../values/activations.ts'
import { type Frame, selfOf, type Value } from '../../values/frames.ts'
import { RecordKeys } from '../offsets/recordKeys.ts'
import { calleeOf, placeOf, sourceText } from '../places.ts'
import type { Position } from '../positions.ts'
import type { Walker } from '../walker.ts'
import { emptyArm, keyTakenBy, runsThrough, takesFrom } from './held.ts'
import { type Held, holderOf, isEmptied } from './holders.ts'

interface Buffer extends Held {
  /** As written. */
  readonly list: string
  /** Calls that write out what it holds, and what they write. */
  readonly drains: ReadonlyMap<CallExpression, Output | OpaqueCall>
}

/** One of the lists under keys. */
interface Taken {
  readonly isOfOneKey: boolean
}

export class Buffers {
  readonly #walker: Walker
  readonly #keys: RecordKeys
  readonly #known = new Map<string, Buffer>()

  constructor(walker: Walker) {
    this.#walker = walker
    this.#keys = new RecordKeys(walker.origins)
  }

  /** Whether the call is given the list of one customer, say, while those of others wait on. */
  #taken(buffer: Buffer, { callee, args }: CallExpression, { frame }: Position): Taken {
    if (!buffer.isNested) return { isOfOneKey: false }
    const given = callee.kind === 'member' ? [callee.of, ...args] : args
    const keys = given.flatMap(one => keyTakenBy(buffer, one, frame) ?? [])
    const isOfOneKey = keys.some(expression => this.#keys.isOfRecord({ expression, frame }))
    return { isOfOneKey }
  }

  /** After a call has been walked through. */
  called(call: CallExpression, position: Position, out: Flow[]): void {
    const at = calleeOf(position.frame.module, call)
    for (const buffer of this.#known.values())
      if (buffer.drains.has(call))
        out.push(...event('ended', buffer, at, position, this.#taken(buffer, call, position)))
    const { callee, args } = call
    if (callee.kind !== 'member' || !/^(?:push|unshift|add|set)$/.test(callee.name)) return
    const list = listOf(callee.of)
    const value = this.#walker.evaluator.evaluate(list, position.frame)
    if (list === callee.of ? isContainer(value) : holdsLists(value))
      this.#put({ list, isNested: list !== callee.of }, callee.name === 'set' ? args.slice(1) : args, at, position, out)
  }

  /** `latest[id] = record`, `rows = [...rows, record]`. */
  assigned({ target, value }: AssignExpression, position: Position, out: Flow[]): void {
    const { module } = position.frame
    const list = target.kind === 'index' ? target.of : target
    if (target.kind === 'index' || adds(value, holderOf(list, module), module))
      this.#put({ list, isNested: false }, [value], placeOf(module, target), position, out)
  }

  #put(into: Target, given: readonly Expression[], at: Place, position: Position, out: Flow[]): void {
    if (!given.some(one => this.#walker.origins.isFromRecord(one, position.frame))) return
    if (position.isExecutor || given.some(one => this.#isAnswered(one, position.frame))) return
    const buffer = this.#bufferOf(into, position)
    if (buffer) out.push(...event('begun', buffer, at, position))
  }

  /** `if (buffer.length > 0) await flush()`: where it is empty, nothing is left to be written. */
  tested({ test }: IfStatement, position: Position, arms: readonly Flow[][]): void {
    const at = placeOf(position.frame.module, test)
    for (const buffer of this.#known.values()) {
      const empty = emptyArm(buffer, test, position.frame)
      if (empty !== undefined) arms[empty]?.unshift(...event('ended', buffer, at, position))
    }
  }

  /** `while (buffer.length > 0)`, `for (const record of buffer)`: where it ends, or does not begin, nothing is left. */
  looped({ over, test }: LoopStatement, body: Flow, position: Position, out: Flow[]): void {
    const asked = over ?? test
    if (!asked) return
    for (const buffer of this.#known.values()) {
      const isDrained = within(body).some(part => part.kind === 'pending' && part.holder === buffer.holder)
      if (isDrained && runsThrough(buffer, asked, position.frame))
        out.push(...event('ended', buffer, placeOf(position.frame.module, asked), position))
    }
  }

  /** `{ record, resolve }`: whoever writes it out tells the one that waits. */
  #isAnswered(arg: Expression, frame: Frame): boolean {
    const value = this.#walker.evaluator.evaluate(arg, frame)
    if (value.kind !== 'object') return value.kind === 'closure'
    return value.expression.properties.some(
      ({ name, value: held }) =>
        /^(?:resolve|reject|done|callback|cb|ack|nack|next|commit)$/.test(name ?? '') ||
        this.#walker.evaluator.evaluate(held, value.frame).kind === 'closure',
    )
  }

  #bufferOf({ list, isNested }: Target, position: Position): Buffer | undefined {
    const { frame } = position
    const holder = holderOf(list, frame.module)
    if (holder === undefined) return undefined
    const key = `${holder} ${isNested}`
    const known = this.#known.get(key)
    if (known) return known
    const name = sourceText(frame.module, list, 40)
    if (isLocal(list, position) || measures.test(name)) return undefined
    const buffer: Buffer = { holder, isNested, list: name, drains: new Map() }
    // While its drains are looked for, what is put into it is nothing new.
    this.#known.set(key, buffer)
    const drains = this.#drainsOf(buffer, list, position)
    const found = { ...buffer, drains }
    this.#known.set(key, found)
    return found
  }

  /** Calls of the file that are given what the list holds and lead to an output. */
  #drainsOf(held: Held, list: Expression, { frame, entered }: Position): Map<CallExpression, Output | OpaqueCall> {
    const drains = new Map<CallExpression, Output | OpaqueCall>()
    const frames = new Map<FunctionCode | undefined, Frame>()
    let isElsewhere = false
    for (const { call, inside } of frame.module.calls) {
      const { callee, args } = call
      const own = frames.get(inside) ?? frameIn(frame, inside)
      frames.set(inside, own)
      const given = callee.kind === 'member' ? [callee.of, ...args] : args
      const work = given.some(one => takesFrom(held, one, own)) ? this.#workOf(call, own) : undefined
      if (work) drains.set(call, work)
      if (work && (!inside || !entered.includes(inside))) isElsewhere = true
    }
    // What only the handler itself looks at, and never empties, is a state, and no list of what is still to be done.
    return isElsewhere || isEmptied(held, list, frame.module) ? drains : new Map()
  }

  #workOf(call: CallExpression, frame: Frame): Output | OpaqueCall | undefined {
    const steps: Flow[] = []
    const from = { calls: [], entered: [], inTransaction: false, isExecutor: false, isResultUsed: false }
    this.#walker.expression(call, { frame, ...from }, 'awaited', steps)
    for (const part of steps.flatMap(within)) {
      if (part.kind === 'output' && !part.isDeadLetter) return part
      if (part.kind === 'call' && writes.test(/[\w$]*$/.exec(part.name)?.[0] ?? '')) return part
    }
    return undefined
  }
}

interface Target {
  readonly list: Expression
  readonly isNested: boolean
}

/** Said of functions out of sight that do something for what they are given. */
const writes =
  /^(?:process|handle|flush|save|insert|upsert|write|publish|persist|store|index|bulk|dispatch|deliver)|(?:Batch|Many|Bulk)$/

/** What holds the lists: `batches[topic].push(record)`, `batches.get(topic).push(record)`, also by a name for the one list. */
function listOf(target: Expression): Expression {
  const held = holderOfLists(target)
  if (held || target.kind !== 'name' || !target.binding?.isConstant) return held ?? target
  const [source] = target.binding.sources
  return (source?.kind === 'expression' && source.path.length === 0 && holderOfLists(source.from)) || target
}

function holderOfLists(expression: Expression): Expression | undefined {
  switch (expression.kind) {
    case 'index':
      return expression.of
    case 'call':
      return expression.callee.kind === 'member' && expression.callee.name === 'get' ? expression.callee.of : undefined
    case 'assign':
      return holderOfLists(expression.target)
    case 'cast':
      return holderOfLists(expression.of)
    case 'binary':
      return /^(?:\?\?|\|\|)$/.test(expression.operator) ? holderOfLists(expression.left) : undefined
    default:
      return undefined
  }
}

/** What only measures or tells may be lost. */
const measures = /metric|stat|log|latenc|duration|timing|sample|histogram|trace|span|debug|telemetry/i

function event(
  is: Pending['is'],
  { holder, list, drains }: Buffer,
  at: Place,
  { calls }: Position,
  taken?: Taken,
): Pending[] {
  const [work] = drains.values()
  return work ? [{ kind: 'pending', is, holder, work, list, at, calls, ...(taken?.isOfOneKey && taken) }] : []
}

/** Made by the handler, or by what it calls. */
function isLocal(list: Expression, { entered, frame }: Position): boolean {
  if (list.kind === 'name') return list.binding?.owner !== undefined && entered.includes(list.binding.owner)
  const self = selfOf(frame)
  const maker = self?.kind === 'instance' ? self.by?.frame.code : undefined
  return maker !== undefined && entered.includes(maker)
}

/** `[...rows, record]`, `rows.concat(record)`: the list itself, and more. */
function adds(value: Expression, holder: string | undefined, module: Module): boolean {
  if (holder === undefined) return false
  const own = (one: Expression | undefined): boolean => one !== undefined && holderOf(one, module) === holder
  if (value.kind === 'call')
    return value.callee.kind === 'member' && value.callee.name === 'concat' && own(value.callee.of)
  return value.kind === 'array' && value.items.some(one => one.kind === 'other' && own(one.parts[0]))
}

function holdsLists(value: Value): boolean {
  if (value.kind === 'typed') return value.type.kind === 'object'
  return value.kind === 'object' || (value.kind === 'external' && value.type === 'global:Map#')
}

function isContainer(value: Value): boolean {
  if (value.kind === 'typed') return value.type.kind === 'array'
  return value.kind === 'array' || (value.kind === 'external' && /^global:(?:Map|Set|Array)#$/.test(value.type))
}
