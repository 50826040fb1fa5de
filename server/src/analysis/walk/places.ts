/** From offsets to places. */
import type { CallExpression, Expression, Module, Span } from '../../facts/code.ts'
import type { Place } from '../../facts/model.ts'
import type { Position } from '../../protocol.ts'

export function placeOf(module: Module, span: Span): Place {
  return { path: module.path, range: { start: positionOf(module, span.start), end: positionOf(module, span.end) } }
}

export function positionOf(module: Module, offset: number): Position {
  const { lineStarts } = module
  let low = 0
  let high = lineStarts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((lineStarts[middle] as number) <= offset) low = middle
    else high = middle - 1
  }
  return { line: low, character: offset - (lineStarts[low] as number) }
}

/** As written, on one line, shortened. */
export function sourceText(module: Module, span: Span, lengthMax = 60): string {
  const text = module.text.slice(span.start, Math.min(span.end, span.start + 400)).replace(/\s+/g, ' ')
  return text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text
}

/** What is underlined for a call: the function's name with what stands before it; of a chain of calls the first one. */
export function calleeOf(module: Module, call: CallExpression): Place {
  let first = call
  for (let at: Expression = call.callee; ; ) {
    if (at.kind === 'member') at = at.of
    else if (at.kind === 'call') {
      first = at
      at = at.callee
    } else break
  }
  return placeOf(module, { start: first.start, end: Math.max(first.nameAt.end, first.start + 1) })
}

export function at(module: Module, offset: number): Place {
  return placeOf(module, { start: offset, end: offset })
}

export function samePlace(one: Place, two: Place): boolean {
  const { start } = one.range
  return one.path === two.path && start.line === two.range.start.line && start.character === two.range.start.character
}
