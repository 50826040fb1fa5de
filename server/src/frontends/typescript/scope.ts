/** Names of TypeScript and JavaScript while a file is lowered: which binding a name means is settled here, once, lexically. */
import type { Binding, ClassCode, FunctionCode, Source, Span } from '../../facts/code.ts'

export class Scope {
  readonly parent: Scope | undefined
  readonly owner: FunctionCode | undefined
  readonly #names = new Map<string, Binding>()

  constructor(parent: Scope | undefined, owner: FunctionCode | undefined) {
    this.parent = parent
    this.owner = owner
  }

  find(name: string): Binding | undefined {
    for (let scope: Scope | undefined = this; scope; scope = scope.parent) {
      const binding = scope.#names.get(name)
      if (binding) return binding
    }
    return undefined
  }

  /** A second declaration of a name (an overload, a `var` said twice, an interface beside a class) is the same binding. */
  declare(name: string, kind: Binding['kind'], at: Span, isConstant: boolean): Binding {
    const known = this.#names.get(name)
    if (known) return known
    const binding: Binding = {
      name,
      kind,
      owner: this.owner,
      at,
      isConstant,
      type: undefined,
      sources: [],
      members: undefined,
      pushed: undefined,
      references: 0,
    }
    this.#names.set(name, binding)
    return binding
  }
}

/** Notes `x.name = value`. */
export function addMember(binding: Binding, name: string, source: Source): void {
  binding.members ??= new Map()
  const sources = binding.members.get(name)
  if (sources) sources.push(source)
  else binding.members.set(name, [source])
}

/** Notes `this.name = value`, declaring the field where the class did not. */
export function addField(cls: ClassCode, name: string, source: Source): void {
  const field = cls.fields.get(name)
  if (field) field.sources.push(source)
  else cls.fields.set(name, { type: undefined, sources: [source], decorators: [], pushed: undefined })
}
