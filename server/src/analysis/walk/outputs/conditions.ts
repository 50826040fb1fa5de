/** Updates that ask for what they change: done once, they find the row no more. */
import type { Expression } from '../../../facts/code.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { Frame } from '../../values/frames.ts'

interface Property {
  readonly name: string
  readonly value: Expression
  readonly frame: Frame
}

const comparison = /^\$?(?:ne|lte?|gte?|nin|exists|not|notIn|none)$/
const counted = /^(?:_*v|version|revision|rev|etag)$/i

/**
 * `update({ where: { id, lastOffset: { lt: offset } }, data: { cents: { increment: 5 }, lastOffset: offset } })`: a field that
 * is asked for and set as well, by a comparison, from one constant to another, or as a version that is counted up.
 *
 * @returns its name
 */
export function conditionIn(evaluator: Evaluator, properties: Iterable<Property>): string | undefined {
  const seen = new Map<string, Property>()
  for (const property of properties) {
    const first = seen.get(property.name)
    if (!first) seen.set(property.name, property)
    else if (counted.test(property.name) || excludes(evaluator, first, property)) return property.name
  }
  return undefined
}

function excludes(evaluator: Evaluator, asked: Property, set: Property): boolean {
  const before = evaluator.evaluate(asked.value, asked.frame)
  if (before.kind === 'object') return before.expression.properties.some(({ name }) => comparison.test(name ?? ''))
  const after = evaluator.evaluate(set.value, set.frame)
  return before.kind === 'constant' && after.kind === 'constant' && before.value !== after.value
}
