/** What a promise made by hand gives: `new Promise(resolve => consumer.on('ready', () => resolve(consumer)))`. */
import type { CallExpression, Expression, FunctionCode, Module } from '../../facts/code.ts'
import type { Evaluator } from './evaluator.ts'
import type { Frame, Value } from './frames.ts'

/** Undefined where it is not seen, or is no thing that is worth following. */
export function promised(evaluator: Evaluator, made: CallExpression, frame: Frame): Value | undefined {
  const executor = made.args[0]?.kind === 'function' ? made.args[0].code : undefined
  const { module } = frame
  const given = executor && resolvedIn(executor, module)
  if (!given) return undefined
  const inner = (code: FunctionCode | undefined): Frame =>
    code === executor || !code
      ? { module, code: executor, parent: frame, args: undefined, self: undefined }
      : { module, code, parent: inner(code.parent), args: undefined, self: undefined }
  const asked = askedFor(given.value, module)
  const value = evaluator.evaluate(asked?.call ?? given.value, inner(asked?.inside ?? given.inside))
  const isWorthIt = value.kind === 'instance' || (value.kind === 'external' && !value.type.startsWith('global:'))
  return isWorthIt ? value : undefined
}

/**
 * `consumer.consume(10, (error, messages) => resolve(messages))`: whoever waits for the promise gets what the callback is given.
 *
 * @returns what makes the promise
 */
export function passedOnBy(callback: FunctionCode, module: Module): FunctionCode | undefined {
  for (let around = callback.parent; around; around = around.parent) {
    const given = resolvedIn(around, module)
    if (given?.value.kind === 'name' && given.value.binding?.owner === callback) return around
  }
  return undefined
}

function resolvedIn(
  executor: FunctionCode,
  module: Module,
): { readonly value: Expression; readonly inside: FunctionCode | undefined } | undefined {
  const resolve = executor.parameters[0]?.binding
  if (!resolve) return undefined
  for (const { call, inside } of module.calls) {
    const [value] = call.args
    if (call.callee.kind === 'name' && call.callee.binding === resolve && value) return { value, inside }
  }
  return undefined
}

/** The call whose callback is given the value after an error: what it would give if it gave a promise. */
function askedFor(
  value: Expression,
  module: Module,
): { readonly call: CallExpression; readonly inside: FunctionCode | undefined } | undefined {
  const [source] = value.kind === 'name' ? (value.binding?.sources ?? []) : []
  const owner = value.kind === 'name' ? value.binding?.owner : undefined
  if (source?.kind !== 'parameter' || source.index !== 1 || source.path.length > 0) return undefined
  return module.calls.find(({ call }) => call.args.some(arg => arg.kind === 'function' && arg.code === owner))
}
