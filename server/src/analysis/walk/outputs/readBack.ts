/** Rows that are read, changed and saved again. */
import type { CallExpression, Expression } from '../../../facts/code.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { CallMade, Frame, Value } from '../../values/frames.ts'
import { freshSource } from '../../values/fresh.ts'
import type { Origins } from '../../values/origins.ts'

/** Rows that one look-up gives, as objects of an ORM or as they are queried. */
const rows =
  /^(?:typeorm|sequelize|@prisma\/client|mongoose|mongodb):.*\.(?:find(?!\w*And)\w*|getOne\w*|preload)\(\)(?:\.(?:exec|lean|populate|session|select|toArray)\(\))*(?:\[\])*$|^(?:pg|mysql2|postgres|drizzle-orm):.*\(\)(?:\.rows)?(?:\[\])+$|^knex:.*(?:\.first\(\)|\(\)\[\])$/

/** The look-up that gave a row. */
export function lookUpOf(value: Value): CallMade | undefined {
  return value.kind === 'external' && rows.test(value.type) ? value.call : undefined
}

/** `orders.save(order)`, `manager.save(Order, order)`, `order.save()`: the order. */
export function savedBy(evaluator: Evaluator, { callee, args }: CallExpression, frame: Frame): Expression | undefined {
  const receiver = callee.kind === 'member' ? callee.of : undefined
  if (receiver && lookUpOf(evaluator.evaluate(receiver, frame))) return receiver
  const [first, second] = args
  if (!first) return receiver
  return second && evaluator.evaluate(first, frame).kind === 'class' ? second : first
}

export interface Change {
  readonly name: string
  readonly value: Expression
  readonly frame: Frame
}

/**
 * `save({ ...found, status })`, `found.status = status; save(found)`: the row keeps the key it was read with, so a repeat
 * sets the same values in the same row.
 *
 * Not where the key is made anew. Whether a value is made of what was read is for `addedAgain` to say.
 *
 * @returns 'set' where all changes are seen, 'changed' where more may have been done to the row, undefined where it is no such row
 */
export function readBack(origins: Origins, saved: Expression, frame: Frame): 'set' | 'changed' | undefined {
  const row = lookedUp(origins, saved, frame)
  if (row) return hasNewKey(origins, storedIn(saved, frame)) ? undefined : 'changed'
  const value = origins.evaluator.evaluate(saved, frame)
  if (value.kind !== 'object') return undefined
  for (const { isSpread, value: of } of value.expression.properties) {
    const spread = isSpread ? lookedUp(origins, of, value.frame) : undefined
    if (!spread) continue
    const stored = storedIn(of, value.frame)
    const given = value.expression.properties
      .filter(property => !property.isSpread)
      .map(property => ({ name: property.name ?? '', value: property.value, frame: value.frame }))
    if (hasNewKey(origins, [...stored, ...given])) return undefined
    return stored.length > 0 || given.some(one => isMadeOf(origins, one.value, one.frame, spread)) ? 'changed' : 'set'
  }
  return undefined
}

function hasNewKey(origins: Origins, changes: readonly Change[]): boolean {
  return changes.some(({ name, value, frame }) => /id$/i.test(name) && freshSource(origins, value, frame) !== undefined)
}

/** `found.status = status`: what is stored in it by its name. */
export function storedIn(expression: Expression, frame: Frame): Change[] {
  const members = expression.kind === 'name' ? expression.binding?.members : undefined
  return [...(members ?? [])].flatMap(([name, sources]) =>
    sources.flatMap(source => (source.kind === 'expression' ? [{ name, value: source.from, frame }] : [])),
  )
}

function lookedUp(origins: Origins, expression: Expression, frame: Frame): CallExpression | undefined {
  return lookUpOf(origins.evaluator.evaluate(expression, frame))?.expression
}

export function isMadeOf(origins: Origins, expression: Expression, frame: Frame, row: CallExpression): boolean {
  let found = false
  origins.visit(expression, frame, {
    call: call => {
      found ||= call === row
    },
  })
  return found
}
