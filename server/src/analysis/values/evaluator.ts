import type { Binding, CallExpression, Expression, FunctionCode, Module, Source, TypeRef } from '../../facts/code.ts'
import type { Project } from '../engine/project.ts'
import { frameOf } from './activations.ts'
import { CallValues } from './callValues.ts'
import { Declared } from './declared.ts'
import { isFromCaller, lacks } from './defaults.ts'
import { Elements } from './elements.ts'
import { fold } from './folding.ts'
import {
  anyOf,
  type Frame,
  isDefinite,
  isKnown,
  type Made,
  oneOf,
  selfOf,
  type Thunk,
  unknown,
  type Value,
} from './frames.ts'
import type { Implementation } from './heirs.ts'
import { Implementations } from './implementations.ts'
import { Members } from './members.ts'

const depthMax = 40
/** Steps for one question; asked again, a question gets them anew. */
const stepsMax = 20_000

export class Evaluator {
  readonly project: Project
  readonly #cache = new Map<Expression, Map<Frame, Value>>()
  #depth = 0
  #steps = 0

  readonly #members = new Members(this)
  readonly #calls = new CallValues(this)
  readonly #elements = new Elements(this)
  readonly #declared = new Declared(this)
  readonly #implementations = new Implementations(this)

  constructor(project: Project) {
    this.project = project
  }

  evaluate(expression: Expression, frame: Frame): Value {
    let frames = this.#cache.get(expression)
    const known = frames?.get(frame)
    if (known) return known
    if (this.#depth === 0) this.#steps = 0
    if (this.#depth >= depthMax || this.#steps++ > stepsMax) return { kind: 'unknown', by: { expression, frame } }
    if (!frames) {
      frames = new Map()
      this.#cache.set(expression, frames)
    }
    // While it is being looked at it is unknown: `x = x.next` ends here.
    frames.set(frame, { kind: 'unknown', by: { expression, frame } })
    this.#depth++
    try {
      const value = this.#byKind(expression, frame)
      frames.set(frame, value)
      return value
    } finally {
      this.#depth--
    }
  }

  thunk(thunk: Thunk): Value {
    if ('value' in thunk) return thunk.value
    return this.#follow(this.#sourceStart(thunk.expression, thunk.path, thunk.frame), thunk.path, thunk.frame)
  }

  #byKind(expression: Expression, frame: Frame): Value {
    const by: Made = { expression, frame }
    switch (expression.kind) {
      case 'name':
        return this.#name(expression.name, expression.binding, frame, by)
      case 'literal':
        return { kind: 'constant', value: expression.value, by }
      case 'template':
        return this.#template(expression.texts, expression.values, frame, by)
      case 'member':
        return this.#members.memberOf(expression.of, expression.name, frame, by)
      case 'index':
        return this.#indexed(expression.of, expression.index, frame, by)
      case 'call':
        return this.call(expression, frame)
      case 'function':
        return { kind: 'closure', code: expression.code, frame, self: undefined, by }
      case 'class':
        return { kind: 'class', code: expression.code, frame, by }
      case 'object':
        return { kind: 'object', expression, frame, by }
      case 'array':
        return { kind: 'array', expression, frame, by }
      case 'await':
        return this.evaluate(expression.of, frame)
      case 'assign':
        return this.evaluate(expression.value, frame)
      case 'cast':
        return this.#cast(expression.of, expression.type, frame, by)
      case 'this':
        return selfOf(frame) ?? { kind: 'unknown', by }
      case 'choice':
        return this.#chosen(expression.whenTrue, expression.whenFalse, frame, by)
      case 'binary':
        return this.#binary(expression, frame, by)
      default:
        return { kind: 'unknown', by }
    }
  }

  /** `handlers[topic]`: of a table of functions, or of what has them, any may be meant. */
  #indexed(of: Expression, index: Expression, frame: Frame, by: Made): Value {
    const base = this.evaluate(of, frame)
    if (base.kind === 'typed' && base.type.kind === 'object')
      return { ...this.typeValue(base.type.members?.get('[]'), base.module), by } as Value
    if (base.kind !== 'object') return this.element(base, by)
    const key = this.evaluate(index, frame)
    if (key.kind === 'constant') return this.member(base, String(key.value), by)
    const held = anyOf(base.expression.properties.map(property => this.evaluate(property.value, base.frame)))
    const isKept = held?.kind === 'closure' || held?.kind === 'object' || held?.kind === 'instance'
    return isKept ? held : { kind: 'unknown', by }
  }

  #cast(of: Expression, type: TypeRef | undefined, frame: Frame, by: Made): Value {
    const value = this.evaluate(of, frame)
    if (isDefinite(value)) return value
    const typed = this.typeValue(type, frame.module)
    return isKnown(typed) ? ({ ...typed, by } as Value) : value
  }

  /** Two functions stay two: both may run. */
  #chosen(first: Expression, second: Expression, frame: Frame, by: Made): Value {
    const value = this.#either(first, second, frame, by)
    if (value.kind !== 'closure') return value
    return oneOf([value, this.evaluate(second, frame)]) ?? value
  }

  #either(first: Expression, second: Expression, frame: Frame, by: Made): Value {
    const one = this.evaluate(first, frame)
    if (isDefinite(one) && !(one.kind === 'constant' && one.value == null)) return one
    const two = this.evaluate(second, frame)
    return isDefinite(two) && !(two.kind === 'constant' && two.value == null)
      ? two
      : isKnown(one)
        ? one
        : { kind: 'unknown', by }
  }

  #binary(expression: Extract<Expression, { kind: 'binary' }>, frame: Frame, by: Made): Value {
    const { operator, left, right } = expression
    if (operator === '??' || operator === '||') {
      // The environment is not known; what is written as its default is the best that can be said.
      const one = this.evaluate(left, frame)
      if (one.kind === 'external' && one.type.startsWith('global:process.env')) return this.evaluate(right, frame)
      const value = this.#either(left, right, frame, by)
      // `options.handler ?? ownHandler`: what the caller gives is not ours to follow.
      return value.kind === 'closure' && one.kind !== 'closure' ? { kind: 'unknown', by } : value
    }
    if (operator === '&&') return this.evaluate(right, frame)
    const one = this.evaluate(left, frame)
    const two = this.evaluate(right, frame)
    if (one.kind !== 'constant' || two.kind !== 'constant') return { kind: 'unknown', by }
    return fold(operator, one.value, two.value, by)
  }

  #template(texts: readonly string[], values: readonly Expression[], frame: Frame, by: Made): Value {
    let text = texts[0] ?? ''
    for (const [index, expression] of values.entries()) {
      const value = this.evaluate(expression, frame)
      if (value.kind !== 'constant') return { kind: 'unknown', by }
      text += String(value.value) + (texts[index + 1] ?? '')
    }
    return { kind: 'constant', value: text, by }
  }

  // ---- names --------------------------------------------------------------------------------------------------

  #name(name: string, binding: Binding | undefined, frame: Frame, by: Made): Value {
    if (!binding) return { kind: 'external', type: `global:${name}`, by, call: undefined }
    return this.binding(binding, frame, by)
  }

  binding(binding: Binding, frame: Frame, by: Made | undefined): Value {
    let best: Value = unknown
    for (const source of binding.sources) {
      const value = this.source(source, frame, binding.owner)
      if (value.kind === 'object' && binding.members) return { ...value, stored: binding }
      if (isDefinite(value) && !(value.kind === 'constant' && value.value == null))
        // Behind what the caller gives, and which is not known.
        return value.kind === 'constant' && isFromCaller(binding) && !this.#isLeftOut(binding, frame)
          ? { ...value, isDefault: true }
          : value
      if (!isKnown(best)) best = value
    }
    const typed = this.typeValue(binding.type, frame.module)
    if (isKnown(typed)) return { ...typed, by: best.by ?? by } as Value
    return isKnown(best) ? best : { kind: 'unknown', by: best.by ?? by }
  }

  /** The caller is seen, and gives nothing for it: the default holds. */
  #isLeftOut({ sources: [first], owner }: Binding, frame: Frame): boolean {
    const args = frameOf(frame, owner).args
    const [name, ...rest] = first?.kind === 'parameter' ? first.path : []
    if (first?.kind !== 'parameter' || name === undefined || rest.length > 0 || !args) return false
    const arg = args[first.index]
    return !arg || lacks(this.thunk(arg), name)
  }

  source(source: Source, frame: Frame, owner: FunctionCode | undefined): Value {
    if (source.kind === 'import') return this.imported(source.specifier, source.name, frame.module)
    const home = frameOf(frame, owner)
    if (source.kind === 'parameter') return this.parameter(source.index, source.path, home)
    const inside = frameOf(frame, source.inside)
    return this.#follow(this.#sourceStart(source.from, source.path, inside), source.path, inside)
  }

  /** Containers are looked into through what was pushed, when the next step takes an element. */
  #sourceStart(from: Expression, path: readonly string[], frame: Frame): Value {
    const value = this.evaluate(from, frame)
    if (path[0] === '[]' && from.kind === 'name' && !isUseful(value)) {
      const pushed = from.binding?.pushed?.[0]
      if (pushed)
        return {
          kind: 'array',
          expression: {
            kind: 'array',
            items: pushed.kind === 'expression' ? [pushed.from] : [],
            start: from.start,
            end: from.end,
          },
          frame: pushed.kind === 'expression' ? frameOf(frame, pushed.inside) : frame,
          by: { expression: from, frame },
        }
    }
    return value
  }

  parameter(index: number, path: readonly string[], home: Frame): Value {
    const arg = home.args?.[index]
    if (arg) {
      const value = this.#follow(this.thunk(arg), path, home)
      if (isDefinite(value)) return value
      const typed = this.#annotated(index, path, home)
      return isKnown(typed) ? ({ ...typed, by: value.by } as Value) : value
    }
    const given = this.#implementations.parameter(index, home)
    if (given) return this.#follow(given, path, home)
    const declared = home.code?.parameters[index]
    const typed = this.#annotated(index, path, home)
    if (isKnown(typed)) return typed
    if (!declared?.initial) return unknown
    const initial = this.#follow(this.evaluate(declared.initial, home), path, home)
    // Nobody is seen to call it: whoever does may give another.
    return initial.kind === 'constant' && !home.args ? { ...initial, isDefault: true } : initial
  }

  #annotated(index: number, path: readonly string[], home: Frame): Value {
    return this.#follow(this.typeValue(home.code?.parameters[index]?.type, home.module), path, home)
  }

  #follow(value: Value, path: readonly string[], _frame: Frame): Value {
    let at = value
    for (const step of path) at = step.startsWith('[') ? this.#elements.at(at, step) : this.member(at, step, undefined)
    return path.length && !isKnown(at) ? { kind: 'unknown', by: at.by ?? value.by } : at
  }

  // ---- its parts ----------------------------------------------------------------------------------------------

  element(value: Value, by: Made | undefined): Value {
    return this.#elements.element(value, by)
  }

  member(base: Value, name: string, by: Made | undefined): Value {
    return this.#members.member(base, name, by)
  }

  /** A property by what stands for the object: also what is stored in it later. */
  memberOf(of: Expression, name: string, frame: Frame): Value {
    return this.#members.memberOf(of, name, frame, { expression: of, frame })
  }

  call(expression: CallExpression, frame: Frame): Value {
    return this.#calls.call(expression, frame)
  }

  held(container: Expression, frame: Frame): Value | undefined {
    return this.#calls.held(container, frame)
  }

  returned(callee: Closure, args: readonly Thunk[], by: Made | undefined): Value {
    return this.#calls.returned(callee, args, by)
  }

  enter(callee: Closure, args: readonly Thunk[]): Frame {
    return this.#calls.enter(callee, args)
  }

  imported(specifier: string, name: string, from: Module): Value {
    return this.#declared.imported(specifier, name, from)
  }

  exported(module: Module, name: string): Value {
    return this.#declared.exported(module, name)
  }

  typeValue(type: TypeRef | undefined, module: Module): Value {
    return this.#declared.typeValue(type, module)
  }

  /** Who does the work of a value that is known by an interface or an abstract class. */
  implementation(value: Value): Implementation {
    return this.#implementations.of(value)
  }

  injected(decorators: readonly Expression[], type: TypeRef | undefined, frame: Frame): Value | undefined {
    return this.#implementations.injected(decorators, type, frame)
  }
}

type Closure = Extract<Value, { kind: 'closure' }>

function isUseful(value: Value): boolean {
  return (
    value.kind === 'external' || (value.kind === 'array' && value.expression.items.length > 0) || value.kind === 'typed'
  )
}
