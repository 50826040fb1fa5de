/** `new Promise((resolve, reject) => …)`: which calls settle the promise. */
import type { Expression, FunctionCode } from '../../../facts/code.ts'
import type { Position } from '../positions.ts'

/** The function one of whose parameters is called: `new Promise((resolve, reject) => …)`. */
export function ownerOf(callee: Expression, index: 0 | 1): FunctionCode | undefined {
  const binding = callee.kind === 'name' ? callee.binding : undefined
  const isIt = binding?.sources.some(one => one.kind === 'parameter' && one.index === index && one.path.length === 0)
  return isIt ? binding?.owner : undefined
}

/** Whether a function is what settles the promise around it: `resolve` (0) or `reject` (1). */
export function isSettling(callee: Expression, index: 0 | 1, position: Position): boolean {
  const executor = ownerOf(callee, index)
  return (
    executor !== undefined &&
    position.frame.module.calls.some(({ call: made }) => {
      const [first] = made.args
      const isPromise = made.isNew && made.callee.kind === 'name' && made.callee.name === 'Promise'
      return isPromise && first?.kind === 'function' && first.code === executor
    })
  )
}
