/** Names whose values are awaited, returned or handed on, in a function or in those inside it: of all others nobody waits for a promise. */
import { childrenOf } from '../../../facts/calls.ts'
import type { Binding, Expression, FunctionCode, Statement } from '../../../facts/code.ts'
import { isLog } from '../shapes.ts'

export function isHandedOn(binding: Binding, code: FunctionCode): boolean {
  let found = known.get(code)
  if (!found) {
    found = new Set()
    for (const statement of code.body) inStatement(statement, false, found)
    known.set(code, found)
  }
  return found.has(binding)
}

const known = new WeakMap<FunctionCode, Set<Binding>>()

/** @param isInner - of a function inside: it may wait for whatever it names */
function inStatement(statement: Statement, isInner: boolean, found: Set<Binding>): void {
  const all = (body: readonly Statement[] | undefined): void => {
    for (const one of body ?? []) inStatement(one, isInner, found)
  }
  switch (statement.kind) {
    case 'do':
      inExpression(statement.expression, isInner, isInner, found)
      return
    case 'return':
    case 'throw':
      if (statement.value) inExpression(statement.value, true, isInner, found)
      return
    case 'if':
      inExpression(statement.test, isInner, isInner, found)
      all(statement.whenTrue)
      all(statement.whenFalse)
      return
    case 'loop':
      for (const one of [...statement.head, statement.test]) if (one) inExpression(one, isInner, isInner, found)
      if (statement.over) inExpression(statement.over, true, isInner, found)
      all(statement.body)
      return
    case 'try':
      all(statement.block)
      all(statement.handler?.body)
      all(statement.cleanup)
      return
    case 'switch':
      inExpression(statement.on, isInner, isInner, found)
      for (const one of statement.cases) all(one.body)
      return
    case 'block':
      all(statement.body)
  }
}

/** @param isHanded - what becomes of the expression's value may be to be waited for */
function inExpression(expression: Expression, isHanded: boolean, isInner: boolean, found: Set<Binding>): void {
  const next = (one: Expression, handed: boolean): void => inExpression(one, handed || isInner, isInner, found)
  switch (expression.kind) {
    case 'name':
      if (isHanded && expression.binding) found.add(expression.binding)
      return
    case 'function':
      for (const statement of expression.code.body) inStatement(statement, true, found)
      return
    case 'call': {
      const { callee, args } = expression
      const waits = callee.kind === 'member' && /^(?:then|catch|finally)$/.test(callee.name)
      // `await query.execute()`: what is waited for may wait for it.
      next(callee.kind === 'member' ? callee.of : callee, waits || isHanded)
      // A promise that is logged is not waited for.
      for (const arg of args) next(arg, !isLog(expression))
      return
    }
    case 'member':
    case 'index':
    case 'template':
      for (const child of childrenOf(expression)) next(child, false)
      return
    case 'binary': {
      const isEither = /^(?:&&|\|\||\?\?)$/.test(expression.operator)
      next(expression.left, isEither && isHanded)
      next(expression.right, isEither && isHanded)
      return
    }
    case 'choice':
      next(expression.test, false)
      next(expression.whenTrue, isHanded)
      next(expression.whenFalse, isHanded)
      return
    case 'assign':
      if (expression.target.kind !== 'name') next(expression.target, false)
      next(expression.value, true)
      return
    case 'cast':
      next(expression.of, isHanded)
      return
    case 'other': {
      const isNothing = /^(?:not|void|typeof|unary|update)$/.test(expression.what)
      for (const part of expression.parts) next(part, !isNothing)
      return
    }
    default:
      for (const child of childrenOf(expression)) next(child, true)
  }
}
