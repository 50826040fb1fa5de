/** Functions whose promises are awaited together, and that give none. */
import type { CallExpression, Expression, FunctionCode, Module, Statement } from '../../../facts/code.ts'
import { isLog } from '../shapes.ts'

/**
 * `Promise.all(list.map(item => { save(item) }))`: whoever waits so means to wait for `save`.
 *
 * Not where the function does several things: which of them was meant cannot be told.
 *
 * @returns the call whose promise, if it gives one, is dropped
 */
export function droppedIn(mapped: CallExpression, work: FunctionCode, module: Module): CallExpression | undefined {
  if (work.isExpression) return undefined
  const acts = actsIn(work.body)
  const [only] = acts ?? []
  if (acts?.length !== 1 || only?.kind !== 'call' || only.isNew) return undefined
  return module.calls.some(({ call }) => isGathering(call) && isList(call.args[0], mapped)) ? only : undefined
}

function isGathering({ callee }: CallExpression): boolean {
  if (callee.kind !== 'member' || callee.of.kind !== 'name') return false
  return callee.of.name === 'Promise' && !callee.of.binding && /^all(?:Settled)?$/.test(callee.name)
}

/** The list itself, or a name that it alone is given. */
function isList(given: Expression | undefined, mapped: CallExpression): boolean {
  if (given?.kind !== 'name') return given === mapped
  const [source, ...others] = given.binding?.sources ?? []
  return source?.kind === 'expression' && source.from === mapped && source.path.length === 0 && others.length === 0
}

/** What it does besides naming values and logging; undefined where it gives or awaits something, or jumps. */
function actsIn(body: readonly Statement[]): readonly Expression[] | undefined {
  const acts: Expression[] = []
  for (const statement of body) {
    if (statement.kind === 'do') {
      const { expression } = statement
      if ((expression.kind === 'assign' ? expression.value : expression).kind === 'await') return undefined
      if (expression.kind !== 'assign' && !(expression.kind === 'call' && isLog(expression))) acts.push(expression)
    } else if (statement.kind === 'if' || statement.kind === 'block') {
      const inner = actsIn(statement.kind === 'if' ? [...statement.whenTrue, ...statement.whenFalse] : statement.body)
      if (!inner) return undefined
      acts.push(...inner)
    } else if (statement.kind !== 'return' || statement.value) return undefined
  }
  return acts
}
