/** What a file says about a consumer besides the call that starts it. */
import type { CallExpression, Expression, Module } from '../../facts/code.ts'
import type { Text } from '../../facts/model.ts'
import { type Frame, looseFrame, type Value } from '../frames.ts'
import { propertyOf, textOf } from '../options.ts'
import type { Finder } from '../pipelines.ts'

export interface Subscription {
  readonly value: Value
  readonly topics: readonly Text[]
}

/** `subscribe` calls on what looks like the same consumer: the same words before `.subscribe`, or the same binding. */
export function subscriptions(finder: Finder, run: CallExpression, frame: Frame): Subscription[] {
  const owner = run.callee.kind === 'member' ? run.callee.of : undefined
  return frame.module.calls.flatMap(({ call, inside }): Subscription[] => {
    if (call.callee.kind !== 'member' || call.callee.name !== 'subscribe' || !owner || !isSame(call.callee.of, owner))
      return []
    const [first] = call.args
    if (!first) return []
    const home = inside === frame.code ? frame : looseFrame(frame.module, inside)
    const value = finder.evaluator.evaluate(first, home)
    return [{ value, topics: topicsOf(finder, value, first, home) }]
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

function isSame(one: Expression, two: Expression): boolean {
  if (one.kind === 'name' && two.kind === 'name') return one.binding !== undefined && one.binding === two.binding
  if (one.kind === 'member' && two.kind === 'member') return one.name === two.name && isSame(one.of, two.of)
  return one.kind === 'this' && two.kind === 'this'
}

/** `true` where the file stops or disconnects a consumer; `false` where nothing in sight does. */
export function stopsGracefully(finder: Finder, module: Module): boolean | undefined {
  let isOpen = false
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
