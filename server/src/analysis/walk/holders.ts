/** What holds a value beyond a statement: a name of a file, a field of a class. */
import type { ClassCode, Expression, Module, Span } from '../../facts/code.ts'

/** The same for every place that speaks of the same name or field. */
export function holderOf(expression: Expression, module: Module): string | undefined {
  if (expression.kind === 'name') return expression.binding && `${module.path}:${expression.binding.at.start}`
  if (expression.kind !== 'member' || expression.of.kind !== 'this') return undefined
  const own = classAround(expression, module)
  return own && `${module.path}:${own.start}.${expression.name}`
}

function classAround({ start }: Span, { classes }: Module): ClassCode | undefined {
  const around = classes.filter(one => one.start <= start && start < one.end)
  return around.reduce((inner, one) => (inner && inner.start > one.start ? inner : one), around[0])
}

/** Whether a list is emptied anywhere in the file: `rows = []`, `rows.length = 0`, `rows.splice(0)`, `rows.clear()`. */
export function isEmptied(list: Expression, module: Module): boolean {
  const holder = holderOf(list, module)
  const isCleared = module.calls.some(
    ({ call: { callee } }) =>
      callee.kind === 'member' && /^(?:splice|clear)$/.test(callee.name) && holderOf(callee.of, module) === holder,
  )
  if (isCleared || (list.kind === 'name' && list.binding?.members?.has('length'))) return true
  const field = list.kind === 'member' ? classAround(list, module)?.fields.get(list.name) : undefined
  const sources = (list.kind === 'name' ? list.binding?.sources : field?.sources) ?? []
  return sources.filter(source => source.kind === 'expression' && isEmpty(source.from)).length > 1
}

function isEmpty(expression: Expression): boolean {
  if (expression.kind === 'array') return expression.items.length === 0
  if (expression.kind === 'object') return expression.properties.length === 0
  return expression.kind === 'call' && expression.isNew && expression.args.length === 0
}
