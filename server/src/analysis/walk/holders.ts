/** What holds a value beyond a statement: a name of a file, a field of a class. */
import type { Expression, Module } from '../../facts/code.ts'

/** The same for every place that speaks of the same name or field. */
export function holderOf(expression: Expression, module: Module): string | undefined {
  if (expression.kind === 'name') return expression.binding && `${module.path}:${expression.binding.at.start}`
  if (expression.kind !== 'member' || expression.of.kind !== 'this') return undefined
  const { start } = expression
  const around = module.classes.filter(one => one.start <= start && start < one.end)
  const own = around.reduce((inner, one) => (inner && inner.start > one.start ? inner : one), around[0])
  return own && `${module.path}:${own.start}.${expression.name}`
}
