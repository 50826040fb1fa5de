/** Rows that are read, changed and saved again. */
import type { CallExpression, Expression } from '../../facts/code.ts'
import type { Frame } from '../values/frames.ts'
import { freshSource } from '../values/fresh.ts'
import type { Origins } from '../values/origins.ts'

const lookUp = /\.(?:find|findBy|findOne\w*|getOne\w*|preload)\(\)$/

/**
 * `save({ ...found, status })`: the row keeps the key it was read with, so a repeat sets the same values in the same row.
 *
 * Not where a value is made of what was read (`balance: found.balance + cents` adds again), nor where the key is made anew.
 */
export function isReadBack(origins: Origins, saved: Expression, frame: Frame): boolean {
  const value = origins.evaluator.evaluate(saved, frame)
  if (value.kind !== 'object') return false
  const { properties } = value.expression
  const rows = properties.flatMap(property =>
    property.isSpread ? (lookedUp(origins, property.value, value.frame) ?? []) : [],
  )
  const [row] = rows
  if (!row) return false
  return properties.every(
    property =>
      property.isSpread ||
      (!isMadeOf(origins, property.value, value.frame, row) &&
        !(/id$/i.test(property.name ?? '') && freshSource(origins, property.value, value.frame))),
  )
}

function lookedUp(origins: Origins, expression: Expression, frame: Frame): CallExpression | undefined {
  const value = origins.evaluator.evaluate(expression, frame)
  return value.kind === 'external' && lookUp.test(value.type) ? value.call?.expression : undefined
}

function isMadeOf(origins: Origins, expression: Expression, frame: Frame, row: CallExpression): boolean {
  let found = false
  origins.visit(expression, frame, {
    call: call => {
      found ||= call === row
    },
  })
  return found
}
