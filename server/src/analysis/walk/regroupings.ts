/** Records of a batch dealt into groups by something of theirs: `Map.groupBy`, lodash `groupBy`, a map of lists filled in a loop. */
import { childrenOf } from '../../facts/calls.ts'
import type { Binding, CallExpression, Expression, FunctionCode, Module } from '../../facts/code.ts'

import { isRecordType } from '../../facts/libraries/types.ts'
import type { Regrouping } from '../../facts/model.ts'
import { frameOf, returnsOf } from '../values/activations.ts'
import type { Evaluator } from '../values/evaluator.ts'
import type { Frame, Made } from '../values/frames.ts'
import type { Origins } from '../values/origins.ts'
import { isWithin } from './calls.ts'
import { placeOf, sourceText } from './places.ts'

const groupsBy =
  /^(?:global:(?:Object|Map)\.groupBy|(?:lodash|lodash-es|underscore):groupBy|(?:lodash|lodash-es)\/groupBy(?:\.js)?:|lodash\.groupby:)$/

/** Groups that keep the log's order in themselves and among each other, or belong to a partition: nothing is dealt anew. */
const keepsOrder = /partition|offset|topic|timestamp|\bindex\b|chunk|seq/i

/** What a record holds, as told from its number in a list. */
const contents = /Message#\.(?:key|value|headers)\b/

export class Regroupings {
  readonly #evaluator: Evaluator
  readonly #origins: Origins
  readonly #ofBinding = new Map<Binding, Map<Frame, Regrouping | undefined>>()

  constructor(evaluator: Evaluator, origins: Origins) {
    this.#evaluator = evaluator
    this.#origins = origins
  }

  /** `Map.groupBy(batch.messages, message => message.key)`. */
  ofCall(call: CallExpression, frame: Frame): Regrouping | undefined {
    const callee = this.#evaluator.evaluate(call.callee, frame)
    if (callee.kind !== 'external' || !groupsBy.test(callee.type)) return undefined
    const [list, by] = call.args
    if (!list || !by || !this.#origins.isFromRecord(list, frame)) return undefined
    const value = this.#evaluator.evaluate(by, frame)
    const found = { at: placeOf(frame.module, call.nameAt), key: sourceText(frame.module, by, 40) }
    if (value.kind === 'constant')
      return typeof value.value === 'string' && !keepsOrder.test(value.value) ? found : undefined
    if (value.kind !== 'closure' || value.code.isAsync) return undefined
    const inner = this.#evaluator.enter(value, [{ expression: list, frame, path: ['[]'] }])
    const keys = returnsOf(value.code)
    if (!keys.length || !keys.every(key => this.#isOfRecord({ expression: key, frame: inner }))) return undefined
    const only = keys.length === 1 ? (keys[0] as Expression) : by
    return { ...found, key: sourceText(only === by ? frame.module : inner.module, only, 40) }
  }

  /** `const groups = new Map()`, filled with lists of records by a key of theirs. */
  ofBinding(binding: Binding, frame: Frame): Regrouping | undefined {
    const home = frameOf(frame, binding.owner)
    const known = this.#ofBinding.get(binding) ?? new Map<Frame, Regrouping | undefined>()
    this.#ofBinding.set(binding, known)
    if (!known.has(home)) known.set(home, isEmptyContainer(binding) ? this.#filled(binding, home) : undefined)
    return known.get(home)
  }

  #filled(binding: Binding, home: Frame): Regrouping | undefined {
    let found: Regrouping | undefined
    for (const { call, inside } of home.module.calls) {
      if (binding.owner && !(inside && isWithin(inside, binding.owner))) continue
      const key = keyOfPush(call, binding)
      if (!key) continue
      const frame = this.#frameOf(inside, home)
      const isRecord = call.args.some(arg => this.#origins.isFromRecord(arg, frame))
      if (!isRecord || !this.#isOfRecord({ expression: key, frame })) return undefined
      found ??= { at: placeOf(frame.module, call.nameAt), key: sourceText(frame.module, key, 40) }
    }
    return found
  }

  /** Inside `messages.forEach(message => …)` the message is an element of the list. */
  #frameOf(inside: FunctionCode | undefined, home: Frame): Frame {
    const known = frameOf(home, inside)
    if (!inside || known.args || inside === home.code) return known
    const site = home.module.calls.find(({ call }) => runsForEach(call, inside))
    if (site?.call.callee.kind !== 'member') return known
    const outer = this.#frameOf(site.inside, home)
    const closure = { kind: 'closure', code: inside, frame: outer, self: undefined, by: undefined } as const
    return this.#evaluator.enter(closure, [{ expression: site.call.callee.of, frame: outer, path: ['[]'] }])
  }

  /** A key made of the record's contents, and not of its place in the log. */
  #isOfRecord(key: Made): boolean {
    let isRecord = false
    let isOfLog = keepsOrder.test(textOf(key.frame.module, key.expression))
    this.#origins.visit(key.expression, key.frame, {
      external: (type, expression) => {
        isRecord ||= contents.test(type) || (isField(key.expression) && isRecordType(type))
        isOfLog ||= keepsOrder.test(type) || (expression.kind === 'name' && keepsOrder.test(expression.name))
      },
      call: call => {
        const { callee } = call
        const name = callee.kind === 'member' || callee.kind === 'name' ? callee.name : ''
        isOfLog ||= keepsOrder.test(name)
      },
    })
    return isRecord && !isOfLog
  }
}

/** `order.customer` of a list of orders that was made from the records. */
function isField(expression: Expression): boolean {
  if (expression.kind === 'cast') return isField(expression.of)
  return expression.kind === 'member' && expression.of.kind === 'name' && expression.of.binding !== undefined
}

function textOf(module: Module, expression: Expression): string {
  return module.text.slice(expression.start, expression.end)
}

function isEmptyContainer({ sources, isConstant }: Binding): boolean {
  const [source] = sources
  if (!isConstant || sources.length !== 1 || source?.kind !== 'expression' || source.path.length) return false
  const from = source.from.kind === 'cast' ? source.from.of : source.from
  if (from.kind === 'object') return from.properties.length === 0
  return (
    from.kind === 'call' &&
    from.args.length === 0 &&
    from.isNew &&
    from.callee.kind === 'name' &&
    !from.callee.binding &&
    from.callee.name === 'Map'
  )
}

/** The key of `groups.get(key).push(record)`, of `(groups[key] ??= []).push(record)`, of a list taken from there before. */
function keyOfPush(call: CallExpression, container: Binding): Expression | undefined {
  if (call.callee.kind !== 'member') return undefined
  const { name, of } = call.callee
  if (name === 'push') return keyRead(of, container, 0)
  const [key, value] = call.args
  if (name !== 'set' || !isName(of, container) || !key || value?.kind !== 'array') return undefined
  const isAppend = value.items.some(item => item.kind === 'other' && item.what === 'spread')
  return isAppend && keyRead(value, container, 0) ? key : undefined
}

function keyRead(expression: Expression, container: Binding, depth: number): Expression | undefined {
  if (depth > 6) return undefined
  if (expression.kind === 'index' && isName(expression.of, container)) return expression.index
  if (expression.kind === 'call' && expression.callee.kind === 'member' && isName(expression.callee.of, container))
    return expression.callee.name === 'get' ? expression.args[0] : undefined
  const parts =
    expression.kind === 'name'
      ? (expression.binding?.sources ?? []).flatMap(source =>
          source.kind === 'expression' && source.path.length === 0 ? [source.from] : [],
        )
      : expression.kind === 'call' || expression.kind === 'member'
        ? []
        : childrenOf(expression)
  for (const part of parts) {
    const found = keyRead(part, container, depth + 1)
    if (found) return found
  }
  return undefined
}

function isName(expression: Expression, binding: Binding): boolean {
  const inner = expression.kind === 'cast' ? expression.of : expression
  return inner.kind === 'name' && inner.binding === binding
}

function runsForEach(call: CallExpression, code: FunctionCode): boolean {
  const [first] = call.args
  return (
    call.callee.kind === 'member' && call.callee.name === 'forEach' && first?.kind === 'function' && first.code === code
  )
}
