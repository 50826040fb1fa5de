/** What holds a value beyond a statement: a name of a file, a field of a class. */
import type { ClassCode, Expression, Module, Source, Span } from '../../../facts/code.ts'

/** A list or map, by the name or field that holds it. */
export interface Held {
  readonly holder: string
  /** It holds lists, each under its key: `batches[topic].push(record)`. */
  readonly isNested: boolean
}

/** The same for every place that speaks of the same name or field. */
export function holderOf(expression: Expression, module: Module): string | undefined {
  if (expression.kind === 'name') return expression.binding && `${module.path}:${expression.binding.at.start}`
  if (expression.kind !== 'member' || expression.of.kind !== 'this') return undefined
  const own = classAround(expression, module)
  return own && `${module.path}:${own.start}.${expression.name}`
}

export function classAround({ start }: Span, { classes }: Module): ClassCode | undefined {
  const around = classes.filter(one => one.start <= start && start < one.end)
  return around.reduce((inner, one) => (inner && inner.start > one.start ? inner : one), around[0])
}

/**
 * Whether a list is emptied anywhere in the file: `rows = []`, `rows.length = 0`, `rows.splice(0)`, `rows.clear()`; of lists under
 * keys, one of them: `rows[key] = []`, `rows.delete(key)`.
 */
export function isEmptied({ holder, isNested }: Held, list: Expression, module: Module): boolean {
  const clears = isNested ? /^(?:clear|delete)$/ : /^(?:splice|clear)$/
  const isCleared = module.calls.some(
    ({ call: { callee } }) =>
      callee.kind === 'member' && clears.test(callee.name) && holderOf(callee.of, module) === holder,
  )
  if (isCleared || (list.kind === 'name' && list.binding?.members?.has('length'))) return true
  const field = list.kind === 'member' ? classAround(list, module)?.fields.get(list.name) : undefined
  const sources = (list.kind === 'name' ? list.binding?.sources : field?.sources) ?? []
  const ofKeys = (isNested && list.kind === 'name' && list.binding?.members?.get('[]')) || []
  // Once it was made.
  return sources.filter(setsEmpty).length > 1 || ofKeys.filter(setsEmpty).length > 1
}

function setsEmpty(source: Source): boolean {
  return source.kind === 'expression' && isEmpty(source.from)
}

function isEmpty(expression: Expression): boolean {
  if (expression.kind === 'array') return expression.items.length === 0
  if (expression.kind === 'object') return expression.properties.length === 0
  return expression.kind === 'call' && expression.isNew && expression.args.length === 0
}
