/** What a look-up of processed records asks, so that what is noted there is known by the same name. */
import type { CallExpression, Expression } from '../../../facts/code.ts'
import { selectedTable } from '../../../facts/libraries/sql.ts'
import type { Asked } from '../../../facts/model.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { Frame } from '../../values/frames.ts'
import { textWithHoles } from '../../values/texts.ts'
import { sourceText } from '../places.ts'

/** `SELECT 1 FROM processed …`, `prisma.processed.findUnique(…)`, `redis.get('seen:1')`, `db('processed').where(…).first()`. */
export function askedOf(evaluator: Evaluator, call: CallExpression, frame: Frame): Asked {
  const [first] = call.args
  const text = first && textWithHoles(evaluator, first, frame)
  const table = selectedTable(text ?? '') ?? tableIn(call.callee)
  const of = call.callee.kind === 'member' ? call.callee.of : undefined
  const receiver = of?.kind === 'member' || of?.kind === 'name' ? of.name : undefined
  return {
    ...(table !== undefined && { table: table.toLowerCase() }),
    ...(receiver !== undefined && { receiver }),
    ...(first && { argument: sourceText(frame.module, first) }),
  }
}

/** `db('processed')` at the root of a chain. */
function tableIn(callee: Expression): string | undefined {
  let at = callee
  while (at.kind === 'member' || (at.kind === 'call' && at.callee.kind === 'member'))
    at = at.kind === 'member' ? at.of : at.callee
  const [first] = at.kind === 'call' ? at.args : []
  return first?.kind === 'literal' && typeof first.value === 'string' ? first.value : undefined
}
