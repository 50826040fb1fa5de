/** Texts with holes: what is known of SQL, topics and names that are put together from parts. */
import type { CallExpression, Expression } from '../../facts/code.ts'
import { frameOf, returnsOf } from './activations.ts'
import type { Evaluator } from './evaluator.ts'
import type { Frame } from './frames.ts'

/** The text with ` ? ` for each unknown part; undefined where nothing is known. */
export function textWithHoles(
  evaluator: Evaluator,
  expression: Expression,
  frame: Frame,
  depth = 0,
): string | undefined {
  if (depth > 8) return undefined
  const value = evaluator.evaluate(expression, frame)
  if (value.kind === 'constant') return typeof value.value === 'string' ? value.value : undefined
  if (value.kind === 'external' && value.call && /(?:sql|raw|text)\(\)$/.test(value.type)) {
    const [first] = value.call.expression.args
    return first ? textWithHoles(evaluator, first, value.call.frame, depth + 1) : undefined
  }
  if (value.kind === 'object') {
    const text = value.expression.properties.find(property => property.name === 'text' || property.name === 'sql')
    return text ? textWithHoles(evaluator, text.value, value.frame, depth + 1) : undefined
  }
  if (value.by && value.by.expression !== expression && value.kind === 'unknown')
    return textWithHoles(evaluator, value.by.expression, value.by.frame, depth + 1)
  if (expression.kind === 'template')
    return expression.texts
      .map((text, index) => {
        const hole = expression.values[index]
        return hole ? `${text}${textWithHoles(evaluator, hole, frame, depth + 1) ?? ' ? '}` : text
      })
      .join('')
  if (expression.kind === 'binary' && expression.operator === '+') {
    const left = textWithHoles(evaluator, expression.left, frame, depth + 1)
    const right = textWithHoles(evaluator, expression.right, frame, depth + 1)
    return left === undefined && right === undefined ? undefined : `${left ?? ' ? '}${right ?? ' ? '}`
  }
  if (expression.kind === 'name') {
    const [source] = expression.binding?.sources ?? []
    if (source?.kind === 'expression' && source.path.length === 0 && source.from !== expression)
      return textWithHoles(evaluator, source.from, frameOf(frame, source.inside), depth + 1)
  }
  return undefined
}

/** `step: { connect: { id } }` is the id of a step, whatever is written; `select` and `include` name what is asked for. */
const otherRows = /^(?:connect|select|include)$/

/** Names of all properties in an argument, nested objects and spreads included, with their values. */
export function* propertiesIn(
  evaluator: Evaluator,
  expression: Expression,
  frame: Frame,
  depth = 0,
): Generator<{ name: string; value: Expression; nameAt: { start: number; end: number }; frame: Frame }> {
  if (depth > 6) return
  const value = evaluator.evaluate(expression, frame)
  const made = value.by ?? { expression, frame }
  if (value.kind === 'object') {
    for (const property of value.expression.properties) {
      if (property.name !== undefined)
        yield { name: property.name, value: property.value, nameAt: property.nameAt, frame: value.frame }
      if (!otherRows.test(property.name ?? '')) yield* propertiesIn(evaluator, property.value, value.frame, depth + 1)
    }
  } else if (value.kind === 'array') {
    for (const item of value.expression.items) yield* propertiesIn(evaluator, item, value.frame, depth + 1)
  } else if (made.expression.kind === 'call') {
    for (const arg of made.expression.args) yield* propertiesIn(evaluator, arg, made.frame, depth + 1)
    yield* propertiesOfEach(evaluator, made.expression, made.frame, depth)
    if (made.expression.callee.kind === 'member' && depth < 3)
      yield* propertiesIn(evaluator, made.expression.callee.of, made.frame, depth + 1)
  }
  if (expression.kind === 'name')
    for (const source of expression.binding?.pushed ?? [])
      if (source.kind === 'expression')
        yield* propertiesIn(evaluator, source.from, frameOf(frame, source.inside), depth + 1)
}

/** `orders.map(order => ({ id: order.id }))`: what is made of each. */
function* propertiesOfEach(
  evaluator: Evaluator,
  { callee, args: [work] }: CallExpression,
  frame: Frame,
  depth: number,
): ReturnType<typeof propertiesIn> {
  if (!work || callee.kind !== 'member' || !/^(?:map|flatMap)$/.test(callee.name)) return
  const each = evaluator.evaluate(work, frame)
  if (each.kind !== 'closure') return
  const inside = evaluator.enter(each, [{ expression: callee.of, frame, path: ['[]'] }])
  for (const made of returnsOf(each.code)) yield* propertiesIn(evaluator, made, inside, depth + 1)
}
