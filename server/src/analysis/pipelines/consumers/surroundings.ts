/** What a file says about a consumer besides the call that starts it. */
import type { CallExpression, Expression, Module } from '../../../facts/code.ts'
import type { Text } from '../../../facts/model.ts'
import { type Frame, looseFrame, type Made, type Value } from '../../values/frames.ts'
import { propertyOf, textOf } from '../../values/options.ts'
import { classAround } from '../../walk/remembered/holders.ts'
import type { Finder } from '../pipelines.ts'

export interface Subscription {
  readonly value: Value
  readonly topics: readonly Text[]
  readonly isFromCaller: boolean
}

/** `subscribe` calls on what looks like the same consumer: the same words before `.subscribe`, or the same binding. */
export function subscriptions(finder: Finder, run: CallExpression, frame: Frame): Subscription[] {
  const { module } = frame
  const owner = run.callee.kind === 'member' ? chained(run.callee.of) : undefined
  return module.calls.flatMap(({ call, inside }): Subscription[] => {
    if (call.callee.kind !== 'member' || call.callee.name !== 'subscribe' || !owner) return []
    if (!isSame(chained(call.callee.of), owner, module)) return []
    const [first] = call.args
    if (!first) return []
    const home = inside === frame.code ? frame : looseFrame(frame.module, inside)
    const value = finder.evaluator.evaluate(first, home)
    const topics = topicsOf(finder, value, first, home)
    const isFromCaller = topics.every(topic => topic.value === undefined) && comesFromCaller(first, value)
    return [{ value, topics, isFromCaller }]
  })
}

function topicsOf(finder: Finder, value: Value, expression: Expression, frame: Frame): Text[] {
  if (value.kind === 'array')
    return value.expression.items.map(item => textOf(finder.evaluator, { expression: item, frame: value.frame }))
  if (value.kind !== 'object') return [textOf(finder.evaluator, { expression, frame })]
  const many = propertyOf(finder.evaluator, value, 'topics')
  const one = propertyOf(finder.evaluator, value, 'topic')
  if (one) return [textOf(finder.evaluator, one)]
  if (!many) return []
  const list = finder.evaluator.evaluate(many.expression, many.frame)
  return list.kind === 'array'
    ? list.expression.items.map(item => textOf(finder.evaluator, { expression: item, frame: list.frame }))
    : [textOf(finder.evaluator, many)]
}

function isSame(one: Expression, two: Expression, module: Module): boolean {
  if (one.kind === 'name' && two.kind === 'name') return one.binding !== undefined && one.binding === two.binding
  // `this.consumer` of a class may be that of its base class.
  if (one.kind === 'member' && two.kind === 'member')
    return one.name === two.name && (isThis(one.of, two.of) || isSame(one.of, two.of, module))
  return isThis(one, two) && classAround(one, module) === classAround(two, module)
}

function isThis(one: Expression, two: Expression): boolean {
  return one.kind === 'this' && two.kind === 'this'
}

/** `consumer.on('ready', f).on('data', g)`: the consumer. */
function chained(expression: Expression): Expression {
  let at = expression
  while (at.kind === 'call' && at.callee.kind === 'member' && /^(?:on|once|addListener)$/.test(at.callee.name))
    at = at.callee.of
  return at
}

/** `true` where the file stops or disconnects a consumer; `false` where nothing in sight does. */
export function stopsGracefully(finder: Finder, module: Module, isMadeHere = false): boolean | undefined {
  let isOpen = isMadeHere
  for (const { call, inside } of module.calls) {
    if (call.callee.kind !== 'member') continue
    if (/^(?:disconnect|stop|close|shutdown|destroy)$/.test(call.callee.name)) return true
    if (
      /^(?:on|once)$/.test(call.callee.name) &&
      call.args[0]?.kind === 'literal' &&
      /^SIG(?:TERM|INT)$/.test(String(call.args[0].value))
    )
      return true
    if (/^(?:consumer)$/.test(call.callee.name)) {
      const value = finder.evaluator.evaluate(call, looseFrame(module, inside))
      isOpen ||= value.kind === 'external'
    }
  }
  return isOpen && module.exports.size === 0 ? false : undefined
}

/** The group is written where the consumer is made, and the topics come from whoever uses this code. */
export function isReused(group: Made, subscribed: readonly Subscription[]): boolean {
  const isFixed = group.expression.kind === 'literal' && group.frame.code !== undefined
  return isFixed && subscribed.length > 0 && subscribed.every(one => one.topics.length > 0 && one.isFromCaller)
}

/** A field of the instance that is not a constant, or a parameter. */
function comesFromCaller(expression: Expression, value: Value): boolean {
  if (value.kind === 'constant') return false
  if (expression.kind === 'object')
    return expression.properties.some(one => /^topics?$/.test(one.name ?? '') && comesFromCaller(one.value, value))
  if (expression.kind === 'array') return expression.items.some(item => comesFromCaller(item, value))
  if (expression.kind === 'member') return expression.of.kind === 'this' || comesFromCaller(expression.of, value)
  return expression.kind === 'name' && expression.binding?.sources.some(source => source.kind === 'parameter') === true
}
