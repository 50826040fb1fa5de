/** Small questions about statements. */
import type {
  Expression,
  LoopStatement,
  Module,
  OtherExpression,
  Span,
  Statement,
  SwitchStatement,
} from '../../facts/code.ts'
import { nothing } from '../../facts/flows.ts'
import { isRecordType } from '../../facts/libraries/types.ts'
import type { Flow, Loop } from '../../facts/model.ts'
import type { Frame } from '../values/frames.ts'
import { sourceText } from './places.ts'
import type { Use } from './positions.ts'
import type { Walker } from './walker.ts'

export function loopKind(walker: Walker, statement: LoopStatement, frame: Frame): Loop['over'] {
  if (statement.over) return isOverRecords(walker, statement.over, frame) ? 'records' : 'values'
  const { test } = statement
  if (!test || (test.kind === 'literal' && test.value === true)) return 'endless'
  if (statement.loop === 'for') {
    const length = lengthIn(test)
    if (length) return isOverRecords(walker, length, frame) ? 'records' : 'values'
    return 'retry'
  }
  return /attempt|retr|tries|success|succe|done/i.test(sourceText(frame.module, test, 200)) ? 'retry' : 'values'
}

/** `for await`, `while`: up to the parenthesis. */
export function keywordOf({ start, end }: LoopStatement, { text }: Module): Span {
  const open = text.indexOf('(', start)
  return { start, end: Math.min(end, open < 0 ? start : open) }
}

/** A case without a break falls into the next one. */
export function bodyOfCase({ cases }: SwitchStatement, index: number): readonly Statement[] {
  const bodies = cases.slice(index)
  const end = bodies.findIndex(one =>
    one.body.some(part => part.kind === 'jump' || part.kind === 'return' || part.kind === 'throw'),
  )
  return bodies.slice(0, end < 0 ? bodies.length : end + 1).flatMap(one => one.body)
}

export function isValue(value: Expression | undefined): boolean {
  return value !== undefined && !(value.kind === 'literal' && value.value === undefined)
}

/** `i < batch.messages.length`: what the loop counts through. */
function lengthIn(test: Expression): Expression | undefined {
  if (test.kind !== 'binary') return undefined
  for (const side of [test.right, test.left])
    if (side.kind === 'member' && /^(?:length|size)$/.test(side.name)) return side.of
  return test.operator === '&&' ? (lengthIn(test.left) ?? lengthIn(test.right)) : undefined
}

export function absorbBreaks(flow: Flow): Flow {
  if (flow.kind === 'exit' && flow.exit === 'break') return nothing
  if (flow.kind !== 'sequence') return flow
  const last = flow.steps.at(-1)
  return last?.kind === 'exit' && last.exit === 'break' ? { kind: 'sequence', steps: flow.steps.slice(0, -1) } : flow
}

/** Something declared outside is assigned, counted or filled: `lastError = error`, `failed.push(record)`. */
export function storesOutside(body: readonly Statement[], span: { start: number; end: number }): boolean {
  const isOutside = (target: Expression): boolean => {
    if (target.kind === 'member' || target.kind === 'index') return target.of.kind === 'this' || isOutside(target.of)
    return (
      target.kind === 'name' &&
      target.binding !== undefined &&
      (target.binding.at.start < span.start || target.binding.at.start > span.end)
    )
  }
  const stores = (expression: Expression): boolean => {
    if (expression.kind === 'assign') return isOutside(expression.target)
    if (expression.kind === 'other' && expression.what === 'update') return expression.parts.some(isOutside)
    return (
      expression.kind === 'call' &&
      expression.callee.kind === 'member' &&
      /^(?:push|add|set|unshift)$/.test(expression.callee.name) &&
      isOutside(expression.callee.of)
    )
  }
  return body.some(statement => {
    if (statement.kind === 'do') return stores(statement.expression)
    if (statement.kind === 'if')
      return storesOutside(statement.whenTrue, span) || storesOutside(statement.whenFalse, span)
    return statement.kind === 'block' && storesOutside(statement.body, span)
  })
}

export function isOverRecords(walker: Walker, expression: Expression, frame: Frame): boolean {
  const value = walker.evaluator.evaluate(expression, frame)
  if (value.kind === 'external') return isRecordType(value.type) && !/\.value\b|\.headers\b/.test(value.type)
  return walker.origins.isFromRecord(expression, frame)
}

/** `order = JSON.parse(…)` with `order` declared before the block. */
export function assignsOutside(body: readonly Statement[], span: { start: number; end: number }): boolean {
  return body.some(statement => {
    if (statement.kind !== 'do' || statement.expression.kind !== 'assign') return false
    const { target } = statement.expression
    const at = target.kind === 'name' ? target.binding?.at.start : undefined
    return at !== undefined && (at < span.start || at > span.end)
  })
}

/** What becomes of a part of `void save()`, of `a(), b()`. */
export function useOfPart({ what, parts }: OtherExpression, part: Expression, use: Use): Use {
  if (what === 'void') return 'void'
  if (what !== 'comma') return 'value'
  return part === parts.at(-1) ? use : 'floating'
}
