/** `try` statements: the block, what is caught, what is done in any case. */
import type { Statement, TryStatement } from '../../facts/code.ts'
import type { Flow, Try } from '../../facts/model.ts'
import type { Frame } from '../values/frames.ts'
import { placeOf } from './places.ts'
import { assignsOutside, storesOutside } from './statements.ts'

/** @param walk - goes through statements where the `try` stands */
export function tryFlow(
  statement: TryStatement,
  { module }: Frame,
  walk: (statements: readonly Statement[]) => Flow,
): Try {
  const { handler, cleanup, cleanupAt } = statement
  return {
    kind: 'try',
    at: placeOf(module, { start: statement.start, end: statement.start + 3 }),
    block: walk(statement.block),
    handler: handler && walk(handler.body),
    handlerAt: handler && placeOf(module, handler.at),
    form: 'statement',
    storesResult: assignsOutside(statement.block, statement),
    defersError: handler ? storesOutside(handler.body, handler.bodyAt) : false,
    errorName: handler?.binding?.name,
    handlerEnd: handler && placeOf(module, { start: handler.bodyAt.end - 1, end: handler.bodyAt.end - 1 }),
    cleanup: cleanup && walk(cleanup),
    cleanupAt: cleanupAt && placeOf(module, cleanupAt),
    fixes: [],
  }
}
