/** Keys in the definition of a model, a schema or a table: columns that are unique, and indexes over several. */
import type { Expression } from '../../../facts/code.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { CallMade, Value } from '../../values/frames.ts'

/** Of columns that are unique together, each set. */
export type Keys = readonly (readonly string[])[]

/** `{ event: { type: String, unique: true } }`, `{ event: text('event').unique() }` */
export function columnKeysOf(evaluator: Evaluator, columns: Value | undefined): Keys {
  if (columns?.kind !== 'object') return []
  const keys = new Map<string, string[]>()
  for (const { name, value } of columns.expression.properties) {
    if (name === undefined) continue
    const column = evaluator.evaluate(value, columns.frame)
    const key = isChained(value, 'unique') ? name : isChained(value, 'primaryKey') ? '' : keyOf(evaluator, column, name)
    if (key !== undefined) keys.set(key, [...(keys.get(key) ?? []), name])
  }
  return [...keys.values()]
}

/** What columns of one key have in common; a primary key may be of several. */
function keyOf(evaluator: Evaluator, column: Value, name: string): string | undefined {
  if (column.kind !== 'object') return undefined
  if (isTrue(evaluator, column, 'primaryKey')) return ''
  const unique = evaluator.member(column, 'unique', undefined)
  if (unique.kind !== 'constant') return undefined
  return unique.value === true ? name : typeof unique.value === 'string' ? `named ${unique.value}` : undefined
}

function isChained(expression: Expression, name: string): boolean {
  for (let at = expression; at.kind === 'call' && at.callee.kind === 'member'; at = at.callee.of)
    if (at.callee.name === name) return true
  return false
}

/** `{ indexes: [{ unique: true, fields: ['topic', 'offset'] }] }` */
export function* indexesIn(evaluator: Evaluator, options: Value | undefined): Generator<readonly string[]> {
  const indexes = options && evaluator.member(options, 'indexes', undefined)
  if (indexes?.kind !== 'array') return
  for (const item of indexes.expression.items) {
    const index = evaluator.evaluate(item, indexes.frame)
    const fields = textsIn(evaluator, evaluator.member(index, 'fields', undefined))
    // Rows outside of a partial index may repeat.
    if (fields.length > 0 && isTrue(evaluator, index, 'unique') && !has(index, 'where')) yield fields
  }
}

export function textsIn(evaluator: Evaluator, list: Value): string[] {
  if (list.kind !== 'array') return []
  return list.expression.items.flatMap(item => {
    const text = evaluator.evaluate(item, list.frame)
    return text.kind === 'constant' && typeof text.value === 'string' ? text.value : []
  })
}

export function argumentsOf(evaluator: Evaluator, call: CallMade | undefined): Value[] {
  return call?.expression.args.map(arg => evaluator.evaluate(arg, call.frame)) ?? []
}

export function isTrue(evaluator: Evaluator, options: Value, name: string): boolean {
  if (options.kind !== 'object') return false
  const value = evaluator.member(options, name, undefined)
  return value.kind === 'constant' && value.value === true
}

export function has(options: Value, name: string): boolean {
  return options.kind === 'object' && options.expression.properties.some(one => one.name === name)
}
