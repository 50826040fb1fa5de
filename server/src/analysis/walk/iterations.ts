/** `list.forEach(f)`, `_.each(list, f)`: calls that run a function once an element. */
import type { CallExpression } from '../../facts/code.ts'
import type { Loop } from '../../facts/model.ts'
import type { Thunk, Value } from '../values/frames.ts'
import type { Position } from './positions.ts'
import { isOverRecords } from './statements.ts'
import type { Walker } from './walker.ts'

export interface Iteration {
  readonly closure: Extract<Value, { kind: 'closure' }>
  readonly args: readonly Thunk[]
  readonly over: Loop['over']
  /** What the function returns is thrown away: promises are not waited for. */
  readonly dropsResult: boolean
}

const methods = new Set([
  'forEach',
  'map',
  'flatMap',
  'filter',
  'some',
  'every',
  'find',
  'findIndex',
  'reduce',
  'each',
  'forEachAsync',
])

export function iterationOf(walker: Walker, call: CallExpression, position: Position): Iteration | undefined {
  if (call.callee.kind !== 'member' || !methods.has(call.callee.name)) return undefined
  const { of, name } = call.callee
  const isHelper =
    call.args.length > 1 &&
    name !== 'reduce' &&
    isClosure(walker, call, 1, position) &&
    !isClosure(walker, call, 0, position)
  const list = isHelper ? call.args[0] : of
  const work = isHelper ? call.args[1] : call.args[0]
  if (!list || !work) return undefined
  const closure = walker.evaluator.evaluate(work, position.frame)
  if (closure.kind !== 'closure') return undefined
  const element: Thunk = { expression: list, frame: position.frame, path: ['[]'] }
  const args: Thunk[] = name === 'reduce' ? [{ value: { kind: 'unknown', by: undefined } }, element] : [element]
  return {
    closure,
    args,
    over: isOverRecords(walker, list, position.frame) ? 'records' : 'values',
    dropsResult: name === 'forEach' || name === 'each',
  }
}

function isClosure(walker: Walker, call: CallExpression, index: number, position: Position): boolean {
  const arg = call.args[index]
  return arg !== undefined && walker.evaluator.evaluate(arg, position.frame).kind === 'closure'
}
