/** What the analysis asks of the files around the one it looks at. */
import type { Expression, FunctionCode, Module } from '../../facts/code.ts'
import type { TypeAnswer } from '../../facts/typeOracle.ts'
import type { Link } from '../linking/linker.ts'

export interface Project {
  /** `undefined`: not there, too large, or not a language we read. */
  module(path: string): Module | undefined
  link(specifier: string, from: string): Link
  /** What a type checker says; left out where none is at hand, `undefined` where it has not answered yet. */
  typeOf?(module: Module, expression: Expression, inside: FunctionCode | undefined): TypeAnswer | undefined
  /** Files with words like `extends Name` or `implements Name`: what they mean there is another question. */
  heirs?(name: string): readonly string[]
  /** Files that pass a name on under another one: `export { Name as Other }`. */
  renames?(name: string): readonly string[]
  /** Files that tell a container of dependency injection what stands for a token that is written so. */
  bindings?(token: string): readonly string[]
  /** A test, or a helper of tests. */
  isTest?(path: string): boolean
}
