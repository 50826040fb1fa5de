/** `for await` over a stream that commits by itself: it commits each record where its work is done instead. */
import type { LoopStatement, Module } from '../../facts/code.ts'
import type { FixSketch, Option } from '../../facts/model.ts'
import type { Value } from '../values/frames.ts'
import { at, placeOf } from '../walk/places.ts'
import { indentAt, indentUnit, lineEnd, lineStart, semicolonOf } from './lines.ts'

/** Safe in a loop only: it takes the next record when the one before is done. Listeners overlap, and a later one may commit first. */
export function commitInLoopFix(
  module: Module,
  loop: LoopStatement,
  consume: Value | undefined,
  autoCommit: Option<boolean> | undefined,
): FixSketch[] {
  if (consume?.kind !== 'object' || consume.frame.module !== module || !loop.over) return []
  const { properties, start } = consume.expression
  const own = properties.find(property => property.name === 'autocommit')
  // Set in the options of the consumer, or in what is spread here: not ours to overrule.
  if (properties.some(property => property.isSpread) || (autoCommit && !own)) return []
  const name = /^for\s+await\s*\(\s*(?:const|let)\s+([\w$]+)\s+of\b/.exec(
    module.text.slice(loop.start, loop.over.start),
  )?.[1]
  const body = name && bodyEdits(module, loop, name)
  if (!body) return []
  const off = own
    ? { at: placeOf(module, own), newText: 'autocommit: false' }
    : { at: at(module, start + 1), newText: properties.length ? ' autocommit: false,' : ' autocommit: false ' }
  return [{ title: 'Commit each record after its work', isSafe: true, edits: [off, ...body] }]
}

function bodyEdits(module: Module, loop: LoopStatement, name: string): FixSketch['edits'] | undefined {
  const { text } = module
  const [first] = loop.body
  const last = loop.body.at(-1)
  if (!first || !last || !loop.over) return undefined
  const commit = `await ${name}.commit()${semicolonOf(module, last)}`
  const indent = indentAt(module, lineStart(module, loop.start))
  const head = text.slice(loop.over.end, first.start)
  if (/^\s*\)\s*$/.test(head)) {
    const inner = `${indent}${indentUnit(module)}`
    const gap = loop.over.end + head.indexOf(')') + 1
    return [
      { at: placeOf(module, { start: gap, end: first.start }), newText: ` {\n${inner}` },
      { at: at(module, lineEnd(module, last)), newText: `\n${inner}${commit}\n${indent}}` },
    ]
  }
  const start = lineStart(module, last.start)
  // The last statement has lines of its own, and the brace follows.
  if (!/^[ \t]*(?:(?:const|let|var)\s+)?$/.test(text.slice(start, last.start))) return undefined
  if (!/^\s*(?:\/\/[^\n]*\s*)*\}/.test(text.slice(lineEnd(module, last), loop.end))) return undefined
  return [{ at: at(module, lineEnd(module, last)), newText: `\n${indentAt(module, start)}${commit}` }]
}
