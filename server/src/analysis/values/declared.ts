/** What imports and type annotations name. */
import type { Expression, Module, TypeRef } from '../../facts/code.ts'
import { derive, importedType } from '../../facts/libraries/types.ts'
import type { Evaluator } from './evaluator.ts'
import { isKnown, looseInstance, moduleFrame, type TypeArguments, unknown, type Value } from './frames.ts'

export class Declared {
  readonly #evaluator: Evaluator

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
  }

  imported(specifier: string, name: string, from: Module): Value {
    const link = this.#evaluator.project.link(specifier, from.path)
    if (link.kind === 'library')
      return { kind: 'external', type: importedType(specifier, name), by: undefined, call: undefined }
    if (link.kind === 'missing')
      return { kind: 'foreign', name: name === '*' || name === '=' ? specifier : name, by: undefined }
    const module = this.#evaluator.project.module(link.path)
    if (!module) return { kind: 'foreign', name, by: undefined }
    if (name === '*') return { kind: 'module', module, by: undefined }
    return this.exported(module, name)
  }

  #hops = 0

  exported(module: Module, name: string, seen = new Set<Module>()): Value {
    if (seen.has(module) || this.#hops >= hopsMax) return unknown
    seen.add(module)
    this.#hops++
    try {
      return this.#exported(module, name, seen)
    } finally {
      this.#hops--
    }
  }

  #exported(module: Module, name: string, seen: Set<Module>): Value {
    const link = module.exports.get(name)
    if (link?.kind === 'local') return this.#evaluator.evaluate(link.expression, moduleFrame(module))
    if (link?.kind === 'from') return this.imported(link.specifier, link.name, module)
    const whole = module.exports.get('=')
    if (whole?.kind === 'local') {
      const value = this.#evaluator.evaluate(whole.expression, moduleFrame(module))
      return name === '=' || name === 'default' ? value : this.#evaluator.member(value, name, undefined)
    }
    if (name === '=' || name === 'default') return { kind: 'module', module, by: undefined }
    for (const specifier of module.starExports) {
      const target = this.#evaluator.project.link(specifier, module.path)
      const next = target.kind === 'file' ? this.#evaluator.project.module(target.path) : undefined
      const value = next ? this.exported(next, name, seen) : unknown
      if (isKnown(value)) return value
    }
    return unknown
  }

  #types = 0

  typeValue(type: TypeRef | undefined, module: Module): Value {
    // `type Cart = Cart | undefined`, in mid-edit, is made of itself.
    if (!type || this.#types >= hopsMax) return unknown
    this.#types++
    try {
      return this.#typeValue(type, module)
    } finally {
      this.#types--
    }
  }

  #typeValue(type: TypeRef, module: Module): Value {
    if (type.kind === 'array' || type.kind === 'function' || type.kind === 'object')
      return { kind: 'typed', type, module, by: undefined }
    if (type.kind === 'union') {
      for (const part of type.args ?? []) {
        const value = this.typeValue(part, module)
        if (isKnown(value)) return value
      }
    }
    if (type.kind !== 'ref' || !type.of) return unknown
    return this.#referenceType(type, type.of, module)
  }

  #referenceType(type: TypeRef, of: Expression, module: Module): Value {
    if (type.isValue) return this.#thing(of, module)
    if (of.kind === 'name' && !of.binding) {
      const [inner] = type.args ?? []
      const value = inner?.isValue && inner.of ? this.#evaluator.evaluate(inner.of, moduleFrame(module)) : undefined
      if (value && of.name === 'ReturnType') return this.#givenBy(value)
      if (value && of.name === 'InstanceType') return instanceOf(value)
      if (wrappers.has(of.name)) return this.typeValue(inner, module)
      const values = of.name === 'Record' ? type.args?.[1] : undefined
      if (values)
        return { kind: 'typed', type: { kind: 'object', members: new Map([['[]', values]]) }, module, by: undefined }
      return lists.has(of.name)
        ? { kind: 'typed', type: { kind: 'array', args: inner ? [inner] : [] }, module, by: undefined }
        : unknown
    }
    if (of.kind === 'name' && of.binding?.kind === 'type')
      return withArguments(this.typeValue(of.binding.type, module), type, module)
    const named = this.#evaluator.evaluate(of, moduleFrame(module))
    if (named.kind === 'foreign' || named.kind === 'typed')
      return withArguments({ ...named, by: undefined }, type, module)
    return withArguments(instanceOf(named), type, module)
  }

  /** `typeof Order`: a class, or something of a library. What else is of that type may hold other values. */
  #thing(of: Expression, module: Module): Value {
    const value = this.#evaluator.evaluate(of, moduleFrame(module))
    return value.kind === 'class' || value.kind === 'external' ? value : unknown
  }

  /** `ReturnType<typeof connect>` */
  #givenBy(value: Value): Value {
    // What a global gives is mostly any.
    if (value.kind === 'external' && !value.type.startsWith('global:'))
      return { kind: 'external', type: derive(value.type, '()'), by: undefined, call: undefined }
    const given = value.kind === 'closure' ? this.#evaluator.returned(value, [], undefined) : unknown
    return given.kind === 'external' || given.kind === 'instance' ? given : unknown
  }
}

function instanceOf(value: Value): Value {
  if (value.kind === 'external')
    return { kind: 'external', type: derive(value.type, '#'), by: undefined, call: undefined }
  return value.kind === 'class' ? looseInstance(value.code, value.frame) : unknown
}

/** What implements `Repository<Order>` is not what implements `Repository<Cart>`. */
function withArguments(value: Value, { args: types = [] }: TypeRef, module: Module): Value {
  const takes =
    value.kind === 'typed' || value.kind === 'external' || (value.kind === 'instance' && value.code.isAbstract)
  if (types.length === 0 || !takes) return value
  const typeArguments: TypeArguments = { types, module }
  return { ...value, typeArguments }
}

/** Files that pass a name on to one another, and types made of types: this many. `export { x } from '../a.ts'` in a.ts passes it on to itself. */
const hopsMax = 40

const wrappers = new Set(['Promise', 'Awaited', 'Readonly', 'Required', 'Partial', 'NonNullable', 'PromiseLike'])
const lists = new Set(['Array', 'ReadonlyArray', 'Set', 'ReadonlySet', 'Iterable', 'AsyncIterable'])
