/** What calls give: of libraries by name, of functions of the project by what they return. */

import { isModuleCall } from '../../facts/calls.ts'
import type { CallExpression, Expression, FunctionCode, Source } from '../../facts/code.ts'
import { derive } from '../../facts/libraries/types.ts'
import { argumentsOf, returnsOf, sameArgs } from './activations.ts'
import type { Evaluator } from './evaluator.ts'
import {
  anyOf,
  type Frame,
  isDefinite,
  isKnown,
  looseFrame,
  looseInstance,
  type Made,
  type Thunk,
  unknown,
  type Value,
} from './frames.ts'
import { promised } from './promised.ts'

/** Functions that return what another returns: deeper, a value is not followed. Each may lie in a file that has to be read for it. */
const returnsMax = 6

/** What they give does as what they are given, and gives a promise. */
const promisifies = /^(?:(?:global:|bluebird:)(?:Promise\.)?promisify(?:All)?|(?:util|es6-promisify):promisify|pify:)$/

/** A container of dependency injection, asked for a class. */
const contains =
  /^(?:tsyringe:(?:container|DependencyContainer#)\.resolve|typedi:Container(?:Instance#)?\.get|inversify:Container#\.(?:get|resolve)|@nestjs\/core:ModuleRef#\.(?:get|resolve|create))$/

/** Methods of librdkafka's bindings that give back what they are called on: `consumer.on('ready', f).on('data', g)`. */
const chains =
  /^(?:node-rdkafka|@confluentinc\/kafka-javascript):(?:KafkaConsumer|RdProducer|ConsumerStream)#\.(?:on|once|addListener|connect|subscribe|assign)$/

export class CallValues {
  readonly #evaluator: Evaluator

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
  }

  call(expression: CallExpression, frame: Frame): Value {
    const by: Made = { expression, frame }
    const first = expression.args[0]
    if (isModuleCall(expression.callee) && first?.kind === 'literal' && typeof first.value === 'string')
      return this.#evaluator.imported(first.value, '=', frame.module)
    const callee = this.#evaluator.evaluate(expression.callee, frame)
    if (expression.isNew) return this.#construct(expression, callee, frame, by)
    if (callee.kind === 'external') return this.#externalCall(expression, callee, frame, by)
    if (callee.kind === 'closure') return this.returned(callee, argumentsOf(expression, frame), by)
    if (callee.kind === 'foreign')
      return (
        clientByShape(expression, callee.name, this.#receiverOf(expression, frame), by) ?? {
          kind: 'foreign',
          name: `${callee.name}()`,
          by,
        }
      )
    if (callee.kind === 'typed') {
      const result = this.#evaluator.typeValue(callee.type.returns, callee.module)
      return isKnown(result) ? ({ ...result, by } as Value) : { kind: 'unknown', by }
    }
    // `({ client }) => client.consumer({ groupId })`: whoever gives it, that is the call of a Kafka client.
    const client = callee.kind === 'unknown' ? clientByShape(expression, '', undefined, by) : undefined
    return client ?? this.#builtIn(expression, callee, frame, by)
  }

  #receiverOf(expression: CallExpression, frame: Frame): Value | undefined {
    return expression.callee.kind === 'member' ? this.#evaluator.evaluate(expression.callee.of, frame) : undefined
  }

  #externalCall(
    expression: CallExpression,
    callee: Extract<Value, { kind: 'external' }>,
    frame: Frame,
    by: Made,
  ): Value {
    const receiver = this.#receiverOf(expression, frame)
    if (receiver?.kind === 'external' && (callee.type.endsWith('.bind') || chains.test(callee.type))) return receiver
    // `super.on('ready', f).on('data', g)`
    if (chains.test(callee.type))
      return { kind: 'external', type: callee.type.replace(/\.\w+$/, ''), by, call: callee.call }
    if (callee.type === 'global:Promise.resolve' && expression.args[0])
      return this.#evaluator.evaluate(expression.args[0], frame)
    if (contains.test(callee.type) && expression.args[0]) {
      const asked = this.#evaluator.evaluate(expression.args[0], frame)
      if (asked.kind === 'class') return looseInstance(asked.code, asked.frame)
    }
    if (promisifies.test(callee.type) && expression.args[0]) {
      const same = this.#evaluator.evaluate(expression.args[0], frame)
      if (same.kind === 'external') return same
    }
    if (/^global:(?:Map|Array|Set)#\.(?:get|pop|shift|at)$/.test(callee.type) && expression.callee.kind === 'member') {
      const held = this.held(expression.callee.of, frame)
      if (held) return held
    }
    return { kind: 'external', type: derive(callee.type, '()'), by, call: { expression, frame, receiver } }
  }

  /** `f.bind(x)`, `list.map(...)`, `map.get(key)` on things of our own. */
  #builtIn(expression: CallExpression, callee: Value, frame: Frame, by: Made): Value {
    if (expression.callee.kind !== 'member') return { kind: 'unknown', by }
    const { of, name } = expression.callee
    const base = this.#evaluator.evaluate(of, frame)
    if (name === 'bind' && base.kind === 'closure') {
      const self = expression.args[0] ? this.#evaluator.evaluate(expression.args[0], frame) : undefined
      return { ...base, self: self && self.kind !== 'unknown' ? self : base.self }
    }
    if (/^(?:get|shift|pop|at|find|findLast)$/.test(name)) {
      const held = this.held(of, frame)
      if (held) return held
    }
    if (isList(base) && /^(?:shift|pop|at|find|findLast)$/.test(name)) return this.#evaluator.element(base, by)
    if (isList(base) && /^(?:filter|slice|toSorted|sort|toReversed|reverse)$/.test(name)) return base
    void callee
    return { kind: 'unknown', by }
  }

  /** What was pushed into, added to or set in a container. */
  held(container: Expression, frame: Frame): Value | undefined {
    const sources = container.kind === 'name' ? container.binding?.pushed : this.#fieldOf(container, frame)?.pushed
    const values = [...this.#entries(container, frame)]
    for (const source of sources ?? []) {
      const inside = source.kind === 'expression' ? looseFrame(frame.module, source.inside) : frame
      values.push(this.#evaluator.source(source, inside, undefined))
    }
    return anyOf(values)
  }

  /** `new Map([['orders', f], ['carts', g]])`. */
  *#entries(container: Expression, frame: Frame): Generator<Value> {
    const map = this.#evaluator.evaluate(container, frame)
    const made = map.kind === 'external' && map.type === 'global:Map#' ? map.call : undefined
    const [first] = made?.expression.args ?? []
    const list = first && made ? this.#evaluator.evaluate(first, made.frame) : undefined
    if (list?.kind !== 'array') return
    for (const item of list.expression.items) {
      const entry = this.#evaluator.evaluate(item, list.frame)
      const value = entry.kind === 'array' ? entry.expression.items[1] : undefined
      if (value && entry.kind === 'array') yield this.#evaluator.evaluate(value, entry.frame)
    }
  }

  #fieldOf(expression: Expression, frame: Frame): { pushed: Source[] | undefined } | undefined {
    if (expression.kind !== 'member') return undefined
    const base = this.#evaluator.evaluate(expression.of, frame)
    return base.kind === 'instance' ? base.code.fields.get(expression.name) : undefined
  }

  #construct(expression: CallExpression, callee: Value, frame: Frame, by: Made): Value {
    if (callee.kind === 'class')
      return { kind: 'instance', code: callee.code, frame: callee.frame, args: argumentsOf(expression, frame), by }
    if (callee.kind === 'external' && callee.type === 'global:Object' && expression.args.length === 0) {
      const { start, end } = expression
      return { kind: 'object', expression: { kind: 'object', properties: [], start, end }, frame, by }
    }
    const isPromise = callee.kind === 'external' && /^(?:global:Promise|bluebird:(?:Promise)?)$/.test(callee.type)
    const given = isPromise ? promised(this.#evaluator, expression, frame) : undefined
    if (given) return given
    if (callee.kind === 'external')
      return { kind: 'external', type: derive(callee.type, '#'), by, call: { expression, frame, receiver: undefined } }
    if (callee.kind === 'foreign') return { kind: 'foreign', name: `new ${callee.name}`, by }
    return { kind: 'unknown', by }
  }

  #returns = 0

  /** What a function of ours gives back: the first of its returns that is known; through so many functions. */
  returned(callee: Extract<Value, { kind: 'closure' }>, args: readonly Thunk[], by: Made | undefined): Value {
    if (this.#returns >= returnsMax) return { kind: 'unknown', by }
    this.#returns++
    try {
      return this.#returned(callee, args, by)
    } finally {
      this.#returns--
    }
  }

  #returned(callee: Extract<Value, { kind: 'closure' }>, args: readonly Thunk[], by: Made | undefined): Value {
    const frame = this.enter(callee, args)
    let best: Value = unknown
    for (const expression of returnsOf(callee.code)) {
      const value = this.#evaluator.evaluate(expression, frame)
      if (isDefinite(value) && !(value.kind === 'constant' && value.value == null)) return value
      if (!isKnown(best)) best = value
    }
    const typed = this.#evaluator.typeValue(callee.code.returns, callee.frame.module)
    if (isKnown(typed)) return { ...typed, by: by ?? best.by } as Value
    return isKnown(best) ? best : { kind: 'unknown', by: best.by ?? by }
  }

  readonly #frames = new Map<FunctionCode, Frame[]>()

  enter(callee: Extract<Value, { kind: 'closure' }>, args: readonly Thunk[]): Frame {
    const known = this.#frames.get(callee.code) ?? []
    const same = known.find(
      frame => frame.parent === callee.frame && frame.self === callee.self && sameArgs(frame.args, args),
    )
    if (same) return same
    const frame: Frame = {
      module: callee.frame.module,
      code: callee.code,
      parent: callee.frame,
      args,
      self: callee.code.isArrow ? undefined : callee.self,
    }
    this.#frames.set(callee.code, [...known, frame].slice(-20))
    return frame
  }
}

function isList(value: Value): boolean {
  return value.kind === 'array' || (value.kind === 'typed' && value.type.kind === 'array')
}

/** `kafka.consumer({ groupId })` on a `kafka` whose file is not there: the form tells. */
function clientByShape(call: CallExpression, from: string, receiver: Value | undefined, by: Made): Value | undefined {
  if (call.callee.kind !== 'member') return undefined
  const { name } = call.callee
  const [first] = call.args
  const has = (property: string): boolean =>
    first?.kind === 'object' && first.properties.some(one => one.name === property)
  const made = { expression: call, frame: by.frame, receiver }
  if (name === 'consumer' && has('groupId')) return { kind: 'external', type: 'kafkajs:Consumer#', by, call: made }
  if (
    name === 'producer' &&
    (/kafka/i.test(from) || has('transactionalId') || has('idempotent')) &&
    call.args.length <= 1
  )
    return { kind: 'external', type: 'kafkajs:Producer#', by, call: made }
  return undefined
}
