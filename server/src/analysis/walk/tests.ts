/** What a function decides by. */
import { childrenOf } from '../../facts/calls.ts'
import type { Expression, Statement } from '../../facts/code.ts'

/** Of `if`, `switch`, loops, `? :` and `&&`, wherever they stand in it; functions inside are not entered. */
export function* testsIn(body: readonly Statement[]): Generator<Expression> {
  for (const statement of body) {
    switch (statement.kind) {
      case 'if':
        yield statement.test
        yield* testsIn([...statement.whenTrue, ...statement.whenFalse])
        break
      case 'switch':
        yield statement.on
        for (const one of statement.cases) yield* testsIn(one.body)
        break
      case 'loop':
        if (statement.test) yield statement.test
        yield* testsIn(statement.body)
        break
      case 'try':
        yield* testsIn([...statement.block, ...(statement.handler?.body ?? []), ...(statement.cleanup ?? [])])
        break
      case 'block':
        yield* testsIn(statement.body)
        break
      case 'do':
        yield* choicesIn(statement.expression)
        break
      case 'return':
        if (statement.value) yield* choicesIn(statement.value)
    }
  }
}

function* choicesIn(expression: Expression): Generator<Expression> {
  if (expression.kind === 'choice') yield expression.test
  if (expression.kind === 'binary' && (expression.operator === '&&' || expression.operator === '||'))
    yield expression.left
  for (const child of childrenOf(expression)) yield* choicesIn(child)
}
