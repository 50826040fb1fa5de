/** Small questions about calls. */
import type { Expression } from './code.ts'

/** `require('x')`, `import('x')`. */
export function isModuleCall(callee: Expression): boolean {
  return callee.kind === 'name' && !callee.binding && (callee.name === 'require' || callee.name === 'import')
}

/** The expressions an expression is made of, in the order in which they run. Functions are not entered. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'member':
      return [expression.of]
    case 'index':
      return [expression.of, expression.index]
    case 'call':
      return [expression.callee, ...expression.args]
    case 'template':
      return expression.values
    case 'object':
      return expression.properties.map(property => property.value)
    case 'array':
      return expression.items
    case 'await':
    case 'cast':
      return [expression.of]
    case 'binary':
      return [expression.left, expression.right]
    case 'choice':
      return [expression.test, expression.whenTrue, expression.whenFalse]
    case 'assign':
      return [expression.target, expression.value]
    case 'other':
      return expression.parts
    default:
      return []
  }
}
