/**
 * Who does the work behind a type that has no code of its own: what dependency injection binds to it, else the only class of
 * the workspace that implements it. Where several do, it is none of them: which one is decided out of sight.
 */
import type { Expression, TypeRef } from '../../facts/code.ts'
import { inEarnest, isDouble } from './doubles.ts'
import type { Evaluator } from './evaluator.ts'
import type { ClassValue, Frame, Value } from './frames.ts'
import { type Declaration, Heirs, type Implementation, idOf, noImplementation, onlyOne } from './heirs.ts'
import { declarationKey, typeKey } from './identity.ts'
import { Injection } from './injection.ts'

export class Implementations {
  readonly #evaluator: Evaluator
  readonly #heirs: Heirs
  readonly #injection: Injection
  readonly #found = new Map<string, Implementation>()

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
    this.#heirs = new Heirs(evaluator)
    this.#injection = new Injection(evaluator)
  }

  /** Of a value that is known by an interface or an abstract class. */
  of(value: Value): Implementation {
    if (value.kind === 'unknown') return value.among ? { value: undefined, among: value.among } : noImplementation
    const declaration = this.#declarationOf(value)
    if (!declaration) return noImplementation
    const id = idOf(declaration)
    const known = this.#found.get(id)
    if (known) return known
    // While it is looked for there is none: a class may be given what it implements itself.
    this.#found.set(id, noImplementation)
    const bound = value.kind === 'instance' ? this.#injection.byClass(value) : noImplementation
    const found = bound.value ? bound : onlyOne(inEarnest(this.#evaluator, this.#heirs.of(declaration) ?? []))
    this.#found.set(id, found)
    return found
  }

  #declarationOf(value: Value): Declaration | undefined {
    const key = declarationKey(value)
    const name = declaredName(value)
    if (key === undefined || name === undefined) return undefined
    const given = value.kind === 'typed' || value.kind === 'instance' ? value.typeArguments : undefined
    return { key, name, args: given?.types.map(type => typeKey(this.#evaluator, type, given.module)) ?? [] }
  }

  /** What a container gives for a parameter that no call in sight fills: by the token beside it, or by the class that is its type. */
  parameter(index: number, home: Frame): Value | undefined {
    const parameter = home.args ? undefined : home.code?.parameters[index]
    if (!parameter) return undefined
    const byToken = this.injected(parameter.decorators, parameter.type, home)
    if (byToken || home.code?.owner?.methods.get('constructor') !== home.code) return byToken
    const declared = this.#evaluator.typeValue(parameter.type, home.module)
    if (declared.kind !== 'instance' || declared.code.isAbstract) return undefined
    // Another class in the place of one that could do it itself.
    const { value } = this.#injection.byClass(declared)
    return value?.kind === 'instance' && !isDouble(value) ? value : undefined
  }

  /** `@Inject(ORDERS) private readonly orders: Orders` */
  injected(decorators: readonly Expression[], type: TypeRef | undefined, frame: Frame): Value | undefined {
    const found = this.#injection.byDecorator(decorators, frame)
    if (!found) return undefined
    const declared = this.#evaluator.typeValue(type, frame.module)
    // What a library's factory gives is called by the factory, which says less than the library's class beside it.
    if (found.value?.kind === 'external' && found.value.type.endsWith('()') && declared.kind === 'external')
      return undefined
    if (!found.isText) return found.value ?? undecided(found.among)
    // A text may be a token of another container as well: the type tells.
    const wanted = this.of(declared)
    if (found.value && (!wanted.value || this.#isHeir(found.value, declared))) return found.value
    if (wanted.value) return wanted.value
    const fitting = found.among.filter(one => wanted.among.some(other => other.code === one.code))
    const { value, among } = onlyOne(fitting.length > 0 ? fitting : found.among)
    return value ?? undecided(among)
  }

  #isHeir(value: Value, declared: Value): boolean {
    const declaration = this.#declarationOf(declared)
    const heirs = declaration && this.#heirs.of(declaration)
    return value.kind === 'instance' && heirs?.some(({ code }) => code === value.code) === true
  }
}

function undecided(among: readonly ClassValue[]): Value {
  return { kind: 'unknown', by: undefined, among }
}

/** The declared name of what is known by its type only. */
function declaredName(value: Value): string | undefined {
  if (value.kind === 'typed') return value.type.contract?.name
  return value.kind === 'instance' && value.code.isAbstract ? value.code.name : undefined
}
