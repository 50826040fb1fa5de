/** Where a default holds: what is taken out of something has one, and whether that something lacks it. */
import type { Binding } from '../../facts/code.ts'
import type { Value } from './frames.ts'

/** An object that is written in sight, whole, and without that property. */
export function lacks(value: Value, name: string): boolean {
  if (value.kind !== 'object' || value.stored) return false
  return !value.expression.properties.some(one => one.isSpread || one.name === undefined || one.name === name)
}

/** `const { fromBeginning = false } = options`: taken out of something, with a default. */
export function isFromCaller({ sources }: Binding): boolean {
  const [first, second] = sources
  if (!first || !second || first.kind === 'import') return false
  return first.path.length > 0 && second.kind === 'expression' && second.path.length === 0
}
