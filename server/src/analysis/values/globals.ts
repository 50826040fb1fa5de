/** Globals of the language's runtime, and what gives promises. */
import type { FunctionCode, TypeRef } from '../../facts/code.ts'
import { outputRows } from '../../facts/libraries/outputs.ts'
import { returnsOf } from './activations.ts'
import type { Evaluator } from './evaluator.ts'
import type { Value } from './frames.ts'

export const timers: ReadonlySet<string> = new Set([
  'global:setTimeout',
  'global:setImmediate',
  'global:setInterval',
  'global:process.nextTick',
  'global:queueMicrotask',
])

/** Calls that touch nothing outside. */
export const pureGlobal =
  /^global:(?:Array|Object|Math|Date|Number|String|Boolean|BigInt|JSON|Buffer|Symbol|Map|Set|WeakMap|RegExp|Error|parseInt|parseFloat|isNaN|structuredClone|TextDecoder|TextEncoder|URL|process|performance|Promise|Reflect|Intl|Atomics|clearTimeout|clearInterval|encodeURIComponent|decodeURIComponent|undefined)\b/

const asyncCalls = new Set(outputRows.filter(row => row.isAsync !== false).map(row => row.call))

/** Whether calling it gives a promise: async, declared so, or returning what does. */
export function returnsPromise(evaluator: Evaluator, callee: Extract<Value, { kind: 'closure' }>, depth = 0): boolean {
  const { code } = callee
  if (code.isAsync) return true
  if (isPromiseType(code.returns)) return true
  if (depth > 3) return false
  return returnsOf(code).some(expression => {
    if (expression.kind !== 'call') return false
    const frame = evaluator.enter(callee, [])
    const inner = evaluator.evaluate(expression.callee, frame)
    if (inner.kind === 'closure') return inner.code !== code && returnsPromise(evaluator, inner, depth + 1)
    if (inner.kind !== 'external')
      return expression.callee.kind === 'member' && /^(?:then|catch|finally)$/.test(expression.callee.name)
    return asyncCalls.has(`${inner.type}()`) || inner.type.startsWith('global:Promise')
  })
}

export function isPromiseType(type: TypeRef | undefined): boolean {
  return (
    type?.kind === 'ref' && type.of?.kind === 'name' && (type.of.name === 'Promise' || type.of.name === 'PromiseLike')
  )
}

/** `void | Promise<void>` too. */
export function mayBePromise(type: TypeRef | undefined): boolean {
  return isPromiseType(type) || (type?.kind === 'union' && type.args?.some(isPromiseType) === true)
}

export function isNever(code: FunctionCode): boolean {
  return code.returns?.name === 'never' || (isPromiseType(code.returns) && code.returns?.args?.[0]?.name === 'never')
}
