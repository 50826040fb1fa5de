/** Fixes for outputs: a conflict clause where the SQL text shows what to add. */
import type { Expression } from '../../facts/code.ts'
import type { FixSketch, Place } from '../../facts/model.ts'
import { frameOf } from '../values/activations.ts'
import type { Evaluator } from '../values/evaluator.ts'
import type { Frame } from '../values/frames.ts'
import { placeOf } from '../walk/places.ts'

/** Makes a plain insert pass over a row that is there, in its dialect. Not safe: without a unique key it changes nothing. */
export function insertFixes(
  evaluator: Evaluator,
  expression: Expression,
  frame: Frame,
  dialect: 'mysql' | 'standard',
): FixSketch[] {
  const value = evaluator.evaluate(expression, frame)
  const made = value.by ?? { expression, frame }
  let text = made.expression
  let home = made.frame
  for (let hops = 0; text.kind === 'name' && hops < 4; hops++) {
    const [source] = text.binding?.sources ?? []
    if (source?.kind !== 'expression' || source.path.length) return []
    home = frameOf(home, source.inside)
    text = source.from
  }
  if (text.kind !== 'literal' && text.kind !== 'template') return []
  const { module } = home
  const written = module.text.slice(text.start, text.end)
  const closing = /[\s;]*['"`]$/.exec(written)
  if (!/\binsert\b/i.test(written) || /\bon\s+(?:conflict|duplicate)\b/i.test(written) || !closing) return []
  const at = text.start + closing.index
  const isLower = /\binsert\b/.test(written)
  if (dialect === 'mysql') return insertIgnore(written, text.start, isLower, at => placeOf(module, at))
  const clause = isLower ? ' on conflict do nothing' : ' ON CONFLICT DO NOTHING'
  const returning = /\s+returning\b/i.exec(written)
  const start = returning ? text.start + returning.index : at
  return [
    {
      title: 'Add ON CONFLICT DO NOTHING',
      isSafe: false,
      edits: [{ at: placeOf(module, { start, end: start }), newText: clause }],
    },
  ]
}

function insertIgnore(
  written: string,
  start: number,
  isLower: boolean,
  placeOf: (at: { start: number; end: number }) => Place,
): FixSketch[] {
  const verb = /\binsert(?=\s+into\b)/i.exec(written)
  if (!verb) return []
  const end = start + verb.index + verb[0].length
  const newText = isLower ? ' ignore' : ' IGNORE'
  return [{ title: 'Make it INSERT IGNORE', isSafe: false, edits: [{ at: placeOf({ start: end, end }), newText }] }]
}
