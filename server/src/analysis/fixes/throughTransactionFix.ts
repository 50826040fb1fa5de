/**
 * The fix that makes a pipeline of `@tidemark/runtime` exactly once: `atLeastOnce({ store })` becomes `transactional(store)`, and
 * what the handler wrote past it goes through the transaction that holds the offsets.
 */
import type { CallExpression, Expression, Module, Parameter } from '../../facts/code.ts'
import type { FixSketch, Output } from '../../facts/model.ts'
import type { Evaluator } from '../values/evaluator.ts'
import type { Value } from '../values/frames.ts'
import { propertyOf } from '../values/options.ts'
import type { OutputCall } from '../walk/outputs/outputCall.ts'
import { placeOf } from '../walk/places.ts'
import { importEdits } from './guaranteeFix.ts'

type Edit = FixSketch['edits'][number]

export interface Rewritable {
  readonly output: Output
  readonly call: OutputCall
}

/** One fix for all outputs of the handler that it can move; undefined where the form is another. */
export function transactionFix(
  evaluator: Evaluator,
  guarantee: Value | undefined,
  handler: Extract<Value, { kind: 'closure' }>,
  outputs: readonly Rewritable[],
): { fix: FixSketch; moved: readonly Output[] } | undefined {
  const { module } = handler.frame
  const call = guarantee?.kind === 'external' ? guarantee.call : undefined
  if (
    guarantee?.kind !== 'external' ||
    guarantee.type !== '@tidemark/runtime:atLeastOnce()' ||
    call?.frame.module !== module
  )
    return undefined
  const store = storeOf(evaluator, call.expression, call.frame)
  const head = headEdits(module, handler.code.parameters)
  const moved = outputs.filter(
    ({ output, call: made }) =>
      !output.inTransaction && isPrepared(made) && made.frame.module === module && isInside(made.call, handler),
  )
  if (!store || !head || moved.length === 0) return undefined
  const edits: Edit[] = [
    ...importEdits(module, call.expression, 'transactional'),
    { at: placeOf(module, call.expression), newText: `transactional(${store})` },
    ...head,
    ...moved.map(({ call: made }) => runEdit(module, made)),
  ]
  return {
    fix: { title: 'Write through the transaction that holds the offsets', isSafe: false, edits },
    moved: moved.map(one => one.output),
  }
}

function storeOf(evaluator: Evaluator, call: CallExpression, frame: OutputCall['frame']): string | undefined {
  const options = call.args[0] ? evaluator.evaluate(call.args[0], frame) : undefined
  const store = propertyOf(evaluator, options, 'store')
  return store && store.frame.module === frame.module ? textOf(frame.module, store.expression) : undefined
}

function textOf(module: Module, expression: Expression): string {
  return module.text.slice(expression.start, expression.end)
}

/** `database.prepare(sql).run(...)`. */
function isPrepared({ call, type }: OutputCall): boolean {
  return /StatementSync#\.run\(\)$/.test(type) && call.callee.kind === 'member' && call.callee.of.kind === 'call'
}

function isInside(call: CallExpression, handler: Extract<Value, { kind: 'closure' }>): boolean {
  return call.start >= handler.code.start && call.end <= handler.code.end
}

function runEdit(module: Module, { call }: OutputCall): Edit {
  const prepared = call.callee.kind === 'member' && call.callee.of.kind === 'call' ? call.callee.of : call
  const args = [...prepared.args, ...call.args].map(arg => textOf(module, arg))
  return { at: placeOf(module, call), newText: `tx.run(${args.join(', ')})` }
}

/** `async batch =>` becomes `async (batch, { tx }) =>`. */
function headEdits(module: Module, parameters: readonly Parameter[]): Edit[] | undefined {
  const [first, second] = parameters
  if (!first || second) return undefined
  const text = module.text.slice(first.at.start, first.at.end)
  const isBare = !/[(,]\s*$/.test(module.text.slice(0, first.at.start))
  return [{ at: placeOf(module, first.at), newText: isBare ? `(${text}, { tx })` : `${text}, { tx }` }]
}
