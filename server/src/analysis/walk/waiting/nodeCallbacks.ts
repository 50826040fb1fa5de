/**
 * Outputs that are told of in Node's old way: `query(sql, values, (error, rows) => …)`. There is no promise to wait for; what
 * follows the output, and what its failure leads to, stands in the one function.
 */
import type { CallExpression } from '../../../facts/code.ts'
import type { Flow, Output } from '../../../facts/model.ts'
import type { Closure } from '../../values/frames.ts'
import type { CallWalker } from '../callWalker.ts'
import { placeOf } from '../places.ts'
import type { Position } from '../positions.ts'
import type { Walker } from '../walker.ts'
import type { Told } from './told.ts'

const errorName = /^_*(?:e|er|err|error|ex|exception)\d*$|(?:Err|Error)\d*$/

/** @returns `undefined` where no such function is given */
export function calledBack(
  walker: Walker,
  calls: CallWalker,
  call: CallExpression,
  output: Output,
  position: Position,
): Flow | undefined {
  const last = call.args.at(-1)
  const callback = last && calls.closure(last, position)
  if (!callback || callback.code.isAsync) return undefined
  const [first] = callback.code.parameters
  const error = first?.binding
  if (first && !errorName.test(error?.name ?? '')) return undefined
  const told = (hasFailed: boolean): Flow => enter(walker, callback, { error, hasFailed }, call, position)
  const at = placeOf(position.frame.module, call.nameAt)
  return {
    kind: 'try',
    at,
    // An error thrown in the function reaches nobody: it ends the process, and the record is read again.
    block: { kind: 'sequence', steps: [output, told(false)] },
    handler: told(true),
    handlerAt: placeOf(callback.frame.module, callback.code.head),
    form: 'callback',
    defersError: false,
    storesResult: false,
    errorName: error?.name,
    handlerEnd: undefined,
    cleanup: undefined,
    cleanupAt: undefined,
    fixes: [],
  }
}

function enter(walker: Walker, callback: Closure, told: Told, call: CallExpression, position: Position): Flow {
  const place = placeOf(position.frame.module, call.nameAt)
  // What it returns goes nowhere.
  return walker.enter(callback, [], position, place, { told, returned: 'floating' })
}
