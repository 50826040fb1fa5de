/**
 * Classes that do what a type only declares, wherever in the workspace they are.
 *
 * The words `implements Orders` say in which files to look; what they mean there is looked up as everything else is, so that
 * an `Orders` of another file is another one.
 */
import type { ClassCode, Expression, Module, TypeRef } from '../../facts/code.ts'
import type { Evaluator } from './evaluator.ts'
import { type ClassValue, looseFrame, looseInstance, type Value } from './frames.ts'
import { classKey, contractKey, declarationKey, typeKey } from './identity.ts'

export interface Declaration {
  readonly key: string
  readonly name: string
  /** Keys of its type arguments; undefined where one is not known. */
  readonly args: readonly (string | undefined)[]
}

/** Who does the work behind a declaration. */
export interface Implementation {
  readonly value: Value | undefined
  /** Where it cannot be told which: all that it may be. */
  readonly among: readonly ClassValue[]
}

export const noImplementation: Implementation = { value: undefined, among: [] }

export function onlyOne(classes: readonly ClassValue[]): Implementation {
  const [first] = classes
  if (!first) return noImplementation
  if (classes.length > 1) return { value: undefined, among: classes }
  return { value: looseInstance(first.code, first.frame), among: [] }
}

/** A name that more files inherit from is that of a framework's own: reading them all would tell little and take long. */
const filesMax = 40
/** Names for one declaration: this many. */
const namesMax = 8

export class Heirs {
  readonly #evaluator: Evaluator

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
  }

  /** @returns undefined where there are too many to look at */
  of(declaration: Declaration): readonly ClassValue[] | undefined {
    const { project } = this.#evaluator
    const found = new Map<string, ClassValue>()
    const pending = [declaration]
    const seen = new Set([idOf(declaration)])
    let files = 0
    for (const parent of pending) {
      const names = this.#namesOf(parent.name)
      for (const path of new Set(names.flatMap(name => project.heirs?.(name) ?? []))) {
        if (++files > filesMax) return undefined
        const module = project.module(path)
        if (!module) continue
        for (const heir of this.#heirsIn(module, parent, names, found)) {
          if (seen.has(idOf(heir))) continue
          seen.add(idOf(heir))
          pending.push(heir)
        }
      }
    }
    return [...found.values()]
  }

  /** Its own, and those under which other files pass it on: `export type { Orders as OrdersPort } from './orders'`. */
  #namesOf(own: string): readonly string[] {
    const { project } = this.#evaluator
    const names = [own]
    for (const name of names)
      for (const path of names.length < namesMax ? (project.renames?.(name) ?? []) : [])
        for (const [exported, link] of project.module(path)?.exports ?? []) {
          const given = link.kind === 'from' ? link.name : bare(link.expression)
          if (given === name && !names.includes(exported)) names.push(exported)
        }
    return names
  }

  *#heirsIn(
    module: Module,
    parent: Declaration,
    names: readonly string[],
    found: Map<string, ClassValue>,
  ): Generator<Declaration> {
    for (const code of module.classes) {
      const args = this.#passedOn(parent, names, supertypes(code), module, code.typeParameters)
      if (!args) continue
      const key = classKey(code, module)
      if (!code.isAbstract)
        found.set(key, { kind: 'class', code, frame: looseFrame(module, code.owner), by: undefined })
      if (code.name !== undefined) yield { key, name: code.name, args }
    }
    for (const contract of module.contracts) {
      const args = this.#passedOn(parent, names, contract.bases, module, contract.typeParameters)
      if (args) yield { key: contractKey(contract, module), name: contract.name, args }
    }
  }

  /** What the parent's type arguments are for the heir's own type parameters; undefined where it is no heir. */
  #passedOn(
    parent: Declaration,
    names: readonly string[],
    types: readonly TypeRef[],
    module: Module,
    typeParameters: readonly string[],
  ): (string | undefined)[] | undefined {
    for (const type of types) {
      const { of } = type
      if (!of || !names.some(name => mayMean(of, name))) continue
      if (declarationKey(this.#evaluator.typeValue(type, module)) !== parent.key) continue
      const own: (string | undefined)[] = typeParameters.map(() => undefined)
      const fits = parent.args.every((wanted, index) => {
        const given = type.args?.[index]
        const parameter = typeParameters.indexOf(bareName(given) ?? '')
        if (parameter >= 0) own[parameter] = wanted
        const key = parameter < 0 ? typeKey(this.#evaluator, given, module) : undefined
        return wanted === undefined || key === undefined || key === wanted
      })
      if (fits) return own
    }
    return undefined
  }
}

function supertypes(code: ClassCode): readonly TypeRef[] {
  return code.base ? [...code.contracts, { kind: 'ref', of: code.base, args: code.baseArguments }] : code.contracts
}

/** By its words alone, so that nothing else that a file inherits from is looked up. */
function mayMean(expression: Expression, name: string): boolean {
  if (expression.kind === 'member') return expression.name === name
  if (expression.kind !== 'name') return false
  const [source] = expression.binding?.sources ?? []
  return expression.name === name || (source?.kind === 'import' && (source.name === name || source.name === 'default'))
}

function bare(expression: Expression): string | undefined {
  return expression.kind === 'name' ? expression.name : undefined
}

function bareName(type: TypeRef | undefined): string | undefined {
  return type?.of?.kind === 'name' && !type.of.binding ? type.of.name : undefined
}

export function idOf({ key, args }: Declaration): string {
  return `${key}<${args.join()}>`
}
