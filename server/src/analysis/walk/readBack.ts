/** Rows that are read, changed and saved again. */
import type { CallExpression, Expression } from '../../facts/code.ts'
import type { Frame } from '../values/frames.ts'
import { freshSource } from '../values/fresh.ts'
import type { Origins } from '../values/origins.ts'

const lookUp = /\.(?:find|findBy|findOne\w*|getOne\w*|preload)\(\)$/

interface Change {
  readonly name: string
  readonly value: Expression
  readonly frame: Frame
}

/**
 * `save({ ...found, status })`, `found.status = status; save(found)`: the row keeps the key it was read with, so a repeat
 * sets the same values in the same row.
 *
 * Not where a value is made of what was read (`balance: found.balance + cents` adds again), nor where the key is made anew.
 *
 * @returns 'set' where all changes are seen, 'changed' where more may have been done to the row, undefined where it is no such row
 */
export function readBack(origins: Origins, saved: Expression, frame: Frame): 'set' | 'changed' | undefined {
  const row = lookedUp(origins, saved, frame)
  if (row) return settled(origins, row, storedIn(saved, frame)) ? 'changed' : undefined
  const value = origins.evaluator.evaluate(saved, frame)
  if (value.kind !== 'object') return undefined
  for (const { isSpread, value: of } of value.expression.properties) {
    const spread = isSpread ? lookedUp(origins, of, value.frame) : undefined
    if (!spread) continue
    const stored = storedIn(of, value.frame)
    const given = value.expression.properties
      .filter(property => !property.isSpread)
      .map(property => ({ name: property.name ?? '', value: property.value, frame: value.frame }))
    if (!settled(origins, spread, [...stored, ...given])) return undefined
    return stored.length > 0 ? 'changed' : 'set'
  }
  return undefined
}

function settled(origins: Origins, row: CallExpression, changes: readonly Change[]): boolean {
  return changes.every(
    ({ name, value, frame }) =>
      !isMadeOf(origins, value, frame, row) && !(/id$/i.test(name) && freshSource(origins, value, frame)),
  )
}

/** `found.status = status`: what is stored in it by its name. */
function storedIn(expression: Expression, frame: Frame): Change[] {
  const members = expression.kind === 'name' ? expression.binding?.members : undefined
  return [...(members ?? [])].flatMap(([name, sources]) =>
    sources.flatMap(source => (source.kind === 'expression' ? [{ name, value: source.from, frame }] : [])),
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
