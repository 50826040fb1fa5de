/** Types as they are written, as far as they tell what a value is. */
import type { Expression, Span } from './code.ts'

export interface TypeRef {
  readonly kind: 'ref' | 'function' | 'object' | 'array' | 'union' | 'other'
  /** For `ref`: the name, resolvable like any expression. */
  readonly of?: Expression
  readonly args?: readonly TypeRef[]
  /** For `ref`: the name is that of a value, `typeof Order`. */
  readonly isValue?: true
  /** For `object`: its properties. */
  readonly members?: ReadonlyMap<string, TypeRef>
  readonly returns?: TypeRef | undefined
  readonly name?: string
  /** For `object`: the declaration that it is. */
  readonly contract?: Contract
}

/** A type that says what others have to do, and does nothing itself: an interface, a trait, a protocol. */
export interface Contract {
  readonly name: string
  /** Its name where it is declared first: what tells it from others. */
  readonly at: Span
  readonly typeParameters: readonly string[]
  /** Contracts that it takes over. */
  readonly bases: TypeRef[]
}
