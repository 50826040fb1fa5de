/** What tells one declaration from another of the same name: the file and the place where it stands. */
import type { ClassCode, Contract, Module, TypeRef } from '../../facts/code.ts'
import type { Evaluator } from './evaluator.ts'
import type { Value } from './frames.ts'

export function classKey(code: ClassCode, module: Module): string {
  return `${module.path}:${code.start}`
}

export function contractKey(contract: Contract, module: Module): string {
  return `${module.path}:${contract.at.start}`
}

/** The declaration behind a value that is known by its type; undefined where it has none of its own. */
export function declarationKey(value: Value): string | undefined {
  if (value.kind === 'typed') return value.type.contract && contractKey(value.type.contract, value.module)
  return value.kind === 'instance' ? classKey(value.code, value.frame.module) : undefined
}

/** Lists of lists: this deep. `type Carts = Carts[]`, in mid-edit, is one of itself. */
const depthMax = 6

/** Equal for equal types; undefined where a type cannot be told. */
export function typeKey(
  evaluator: Evaluator,
  type: TypeRef | undefined,
  module: Module,
  depth = 0,
): string | undefined {
  if (depth > depthMax) return undefined
  if (type?.kind === 'other') return type.name
  const value = evaluator.typeValue(type, module)
  if (value.kind === 'external') return value.type
  if (value.kind === 'typed' && value.type.kind === 'array') {
    const element = typeKey(evaluator, value.type.args?.[0], value.module, depth + 1)
    return element && `${element}[]`
  }
  return declarationKey(value)
}

/**
 * What a container knows a service by: a class, a text, a symbol.
 *
 * @returns undefined where that is not known
 */
export function tokenKey(value: Value): string | undefined {
  if (value.kind === 'constant') return typeof value.value === 'string' ? `text ${value.value}` : undefined
  if (value.kind === 'class') return classKey(value.code, value.frame.module)
  if (value.kind !== 'external' || !value.call) return undefined
  const { expression, frame } = value.call
  const [first] = expression.args
  // `Symbol.for` gives the same one for the same text, `Symbol` and what libraries offer a new one where it is called.
  if (value.type === 'global:Symbol.for()' && first?.kind === 'literal') return `symbol ${String(first.value)}`
  return `${frame.module.path}:${expression.start} ${value.type}`
}
