/** Records of a batch dealt into groups by something of theirs: `Map.groupBy`, lodash `groupBy`, a map filled in a loop or by `reduce`. */
import { childrenOf } from '../../../facts/calls.ts'
import type { Binding, CallExpression, Expression, FunctionCode } from '../../../facts/code.ts'
import { isRecordType } from '../../../facts/libraries/types.ts'
import type { Regrouping } from '../../../facts/model.ts'
import { frameOf, returnsOf } from '../../values/activations.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { Closure, Frame } from '../../values/frames.ts'
import type { Origins } from '../../values/origins.ts'
import { isWithin } from '../calls.ts'
import { placeOf, sourceText } from '../places.ts'
import { lodashName } from './lodash.ts'
import { RecordKeys } from './recordKeys.ts'

/** What the groups are: lists of records, or one record for each key. */
export interface Dealt {
  readonly regrouping: Regrouping
  readonly holds: 'lists' | 'records'
}

interface Filled {
  readonly key: Expression
  readonly holds: Dealt['holds']
}

export class Regroupings {
  readonly #evaluator: Evaluator
  readonly #origins: Origins
  readonly #keys: RecordKeys
  readonly #ofBinding = new Map<Binding, Map<Frame, Dealt | undefined>>()

  constructor(evaluator: Evaluator, origins: Origins) {
    this.#evaluator = evaluator
    this.#origins = origins
    this.#keys = new RecordKeys(origins)
  }

  ofCall(call: CallExpression, frame: Frame): Dealt | undefined {
    const callee = this.#evaluator.evaluate(call.callee, frame)
    const type = callee.kind === 'external' ? callee.type : ''
    if (/^global:(?:Object|Map)\.groupBy$/.test(type)) return this.#by(call, 'lists', frame)
    if (type === 'global:Map' && call.isNew) return this.#fromPairs(call, frame)
    const name = lodashName(type)
    if (name === 'groupby') return this.#by(call, 'lists', frame)
    if (name === 'keyby') return this.#by(call, 'records', frame)
    return call.callee.kind === 'member' && call.callee.name === 'reduce'
      ? this.#reduced(call, call.callee.of, frame)
      : undefined
  }

  /** `Map.groupBy(batch.messages, message => message.key)`. */
  #by({ args: [list, by], nameAt }: CallExpression, holds: Dealt['holds'], frame: Frame): Dealt | undefined {
    if (!list || !by || !this.#origins.isFromRecord(list, frame)) return undefined
    const key = this.#keys.ofList(by, list, frame, this.#evaluator)
    return key === undefined ? undefined : dealt(holds, { at: placeOf(frame.module, nameAt), key })
  }

  /** `new Map(batch.messages.map(message => [message.key, message]))`. */
  #fromPairs({ args: [pairs], nameAt }: CallExpression, frame: Frame): Dealt | undefined {
    if (pairs?.kind !== 'call' || pairs.callee.kind !== 'member' || pairs.callee.name !== 'map') return undefined
    const { of } = pairs.callee
    const made = pairs.args[0] && this.#evaluator.evaluate(pairs.args[0], frame)
    if (made?.kind !== 'closure' || !this.#origins.isFromRecord(of, frame)) return undefined
    const inner = this.#evaluator.enter(made, [{ expression: of, frame, path: ['[]'] }])
    const [pair] = returnsOf(made.code)
    const [key, value] = pair?.kind === 'array' ? pair.items : []
    if (!key || !value || !this.#isRecord(value, inner)) return undefined
    if (!this.#keys.isOfRecord({ expression: key, frame: inner })) return undefined
    return dealt('records', { at: placeOf(frame.module, nameAt), key: sourceText(inner.module, key, 40) })
  }

  /** `messages.reduce((groups, message) => { (groups[message.key] ??= []).push(message); return groups }, {})`. */
  #reduced({ args: [reducer, initial] }: CallExpression, of: Expression, frame: Frame): Dealt | undefined {
    if (!reducer || !initial || !isEmptyContainer(initial)) return undefined
    const made = this.#evaluator.evaluate(reducer, frame)
    const groups = made.kind === 'closure' ? made.code.parameters[0]?.binding : undefined
    if (made.kind !== 'closure' || !groups || !this.#origins.isFromRecord(of, frame)) return undefined
    const inner = this.#evaluator.enter(made, [
      { expression: initial, frame, path: [] },
      { expression: of, frame, path: ['[]'] },
    ])
    return this.#filled(groups, made.code, inner)
  }

  /** `const groups = new Map()`, filled with records, or lists of them, by a key of theirs. */
  ofBinding(binding: Binding, frame: Frame): Dealt | undefined {
    const home = frameOf(frame, binding.owner)
    const known = this.#ofBinding.get(binding) ?? new Map<Frame, Dealt | undefined>()
    this.#ofBinding.set(binding, known)
    if (!known.has(home)) known.set(home, startsEmpty(binding) ? this.#filled(binding, binding.owner, home) : undefined)
    return known.get(home)
  }

  #filled(groups: Binding, around: FunctionCode | undefined, home: Frame): Dealt | undefined {
    let found: Dealt | undefined
    for (const { call, inside } of home.module.calls) {
      if (around && !(inside && isWithin(inside, around))) continue
      const filled = this.#filledBy(call, groups, inside, home)
      if (!filled) continue
      const frame = this.#frameOf(inside, home)
      const isRecord = call.args.some(arg => this.#origins.isFromRecord(arg, frame))
      if (!isRecord || !this.#keys.isOfRecord({ expression: filled.key, frame })) return undefined
      const key = sourceText(frame.module, filled.key, 40)
      found ??= dealt(filled.holds, { at: placeOf(frame.module, call.nameAt), key })
    }
    return found
  }

  #filledBy(call: CallExpression, groups: Binding, inside: FunctionCode | undefined, home: Frame): Filled | undefined {
    const pushed = keyOfPush(call, groups)
    if (pushed) return { key: pushed, holds: 'lists' }
    if (call.callee.kind !== 'member' || call.callee.name !== 'set' || !isName(call.callee.of, groups)) return undefined
    const [key, value] = call.args
    return key && value && this.#isRecord(value, this.#frameOf(inside, home)) ? { key, holds: 'records' } : undefined
  }

  /** The record itself, not something that was made of it. */
  #isRecord(expression: Expression, frame: Frame): boolean {
    const value = this.#evaluator.evaluate(expression, frame)
    return value.kind === 'external' && value.type.endsWith('#') && isRecordType(value.type)
  }

  /** Inside `messages.forEach(message => …)` the message is an element of the list. */
  #frameOf(inside: FunctionCode | undefined, home: Frame): Frame {
    const known = frameOf(home, inside)
    if (!inside || known.args || inside === home.code) return known
    const site = home.module.calls.find(({ call }) => runsForEach(call, inside))
    if (site?.call.callee.kind !== 'member') return known
    const outer = this.#frameOf(site.inside, home)
    const closure: Closure = { kind: 'closure', code: inside, frame: outer, self: undefined, by: undefined }
    return this.#evaluator.enter(closure, [{ expression: site.call.callee.of, frame: outer, path: ['[]'] }])
  }
}

function dealt(holds: Dealt['holds'], { at, key }: Omit<Regrouping, 'how'>): Dealt {
  return { regrouping: { at, how: holds === 'lists' ? 'grouped' : 'picked', key }, holds }
}

function startsEmpty({ sources, isConstant }: Binding): boolean {
  const [source] = sources
  if (!isConstant || sources.length !== 1 || source?.kind !== 'expression' || source.path.length) return false
  return isEmptyContainer(source.from)
}

function isEmptyContainer(expression: Expression): boolean {
  const from = expression.kind === 'cast' ? expression.of : expression
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
