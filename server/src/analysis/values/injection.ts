/** What stands for a token: looked up in the files whose words bind it, and known there by what the token is. */
import type { Expression } from '../../facts/code.ts'
import { type ContainerEntry, entriesIn, valuesOf } from './containers.ts'
import { inEarnest } from './doubles.ts'
import type { Evaluator } from './evaluator.ts'
import { type ClassValue, type Frame, isDefinite, looseFrame, type Value } from './frames.ts'
import { type Implementation, noImplementation, onlyOne } from './heirs.ts'
import { classKey, tokenKey } from './identity.ts'

type Instance = Extract<Value, { kind: 'instance' }>

/** Tokens that stand for other tokens: this many. */
const tokensMax = 4
const injects = /^(?:@nestjs\/common:Inject|inversify:inject|tsyringe:inject|typedi:Inject)\(\)$/

export class Injection {
  readonly #evaluator: Evaluator

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
  }

  /** `{ provide: Orders, useClass: PgOrders }`, where the class itself is the token. */
  byClass({ code, frame }: Instance): Implementation {
    return code.name === undefined ? noImplementation : this.#bound(classKey(code, frame.module), [code.name], 0)
  }

  /** @returns undefined where nothing is injected, or nobody is known to say what */
  byDecorator(
    decorators: readonly Expression[],
    { module, code }: Frame,
  ): (Implementation & { readonly isText: boolean }) | undefined {
    const frame = looseFrame(module, code?.owner ? code.owner.owner : code)
    for (const decorator of decorators) {
      const value = this.#evaluator.evaluate(decorator, frame)
      const token = value.kind === 'external' && injects.test(value.type) ? value.call?.expression.args[0] : undefined
      if (!token) continue
      const found = this.#byToken(token, frame, 0)
      if (found.value || found.among.length > 0)
        return { ...found, isText: this.#token(token, frame).kind === 'constant' }
    }
    return undefined
  }

  #byToken(expression: Expression, frame: Frame, depth: number): Implementation {
    const token = this.#token(expression, frame)
    const key = depth < tokensMax ? tokenKey(token) : undefined
    return key === undefined ? noImplementation : this.#bound(key, namesOf(expression, token), depth)
  }

  /** `forwardRef(() => Orders)` is `Orders`. */
  #token(expression: Expression, frame: Frame): Value {
    const value = this.#evaluator.evaluate(expression, frame)
    if (value.kind !== 'external' || !value.call || !/:forwardRef\(\)$/.test(value.type)) return value
    const [first] = value.call.expression.args
    const closure = first && this.#evaluator.evaluate(first, value.call.frame)
    return closure?.kind === 'closure' ? this.#evaluator.returned(closure, [], undefined) : value
  }

  #bound(key: string, names: readonly string[], depth: number): Implementation {
    const { project } = this.#evaluator
    const values: Value[] = []
    for (const path of new Set(names.flatMap(name => project.bindings?.(name) ?? []))) {
      const module = project.isTest?.(path) ? undefined : project.module(path)
      for (const entry of module ? entriesIn(module) : []) {
        const { expression, frame } = entry.token
        if (tokenKey(this.#token(expression, frame)) === key) values.push(...this.#given(entry, depth))
      }
    }
    return this.#oneOf(values)
  }

  #given(entry: ContainerEntry, depth: number): readonly Value[] {
    const own = [...valuesOf(this.#evaluator, entry)]
    if (entry.how !== 'token') return own
    const further = this.#byToken(entry.given.expression, entry.given.frame, depth + 1)
    return further.value ? [further.value] : own
  }

  #oneOf(values: readonly Value[]): Implementation {
    if (!values.every(isDefinite)) return noImplementation
    const made = values.filter((value): value is Instance => value.kind === 'instance' && !value.code.isAbstract)
    const instances = inEarnest(this.#evaluator, made)
    const classes = classesOf(instances)
    if (classes.length > 1) return onlyOne(classes)
    const others = values.filter(({ kind }) => kind === 'object' || kind === 'external')
    const [value, second] = [...instances.slice(0, 1), ...others]
    return value && !second ? { value, among: [] } : noImplementation
  }
}

function classesOf(instances: readonly Instance[]): ClassValue[] {
  const classes = new Map(
    instances.map(({ code, frame }) => [code, { kind: 'class', code, frame, by: undefined } as const]),
  )
  return [...classes.values()]
}

/** Words by which the files that bind a token may call it. */
function namesOf(expression: Expression, token: Value): readonly string[] {
  const names = token.kind === 'constant' ? [String(token.value)] : []
  if (expression.kind === 'member') names.push(expression.name)
  if (expression.kind !== 'name') return names
  const [source] = expression.binding?.sources ?? []
  return [...names, expression.name, ...(source?.kind === 'import' ? [source.name] : [])]
}
