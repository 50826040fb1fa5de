/** Members of values: properties of objects, fields and methods of instances, up the chain of base classes. */
import type { CallExpression, ClassCode, Expression, FunctionCode } from '../../facts/code.ts'
import { derive } from '../../facts/libraries/types.ts'
import { argumentsOf } from './activations.ts'
import type { Evaluator } from './evaluator.ts'
import {
  anyOf,
  type CallMade,
  type ClassValue,
  type Frame,
  type Instance,
  isDefinite,
  isKnown,
  looseFrame,
  type Made,
  type ObjectValue,
  oneOf,
  type Thunk,
  unknown,
  type Value,
} from './frames.ts'
import { spreadsMax } from './options.ts'

/** Classes up the chain: this many. */
const hopsMax = 8

export class Members {
  readonly #evaluator: Evaluator

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
  }

  memberOf(of: Expression, name: string, frame: Frame, by: Made): Value {
    const base = this.#evaluator.evaluate(of, frame)
    const value = this.member(base, name, by)
    if (isDefinite(value) || of.kind !== 'name') return value
    for (const source of of.binding?.members?.get(name) ?? []) {
      const stored = this.#evaluator.source(source, frame, of.binding?.owner)
      if (isDefinite(stored)) return stored
    }
    return value
  }

  member(base: Value, name: string, by: Made | undefined): Value {
    switch (base.kind) {
      case 'external':
        return { kind: 'external', type: derive(base.type, `.${name}`), by: by ?? base.by, call: base.call }
      case 'object':
        return this.#ofObject(base, name) ?? { kind: 'unknown', by: by ?? base.by }
      case 'instance':
        return this.#ofInstance(base, name, by)
      case 'class':
        return this.#static(base, name) ?? { kind: 'unknown', by }
      case 'module':
        return this.#evaluator.exported(base.module, name)
      case 'foreign':
        return { kind: 'foreign', name: `${base.name}.${name}`, by: by ?? base.by }
      case 'typed':
        return this.#typedMember(base, name, by)
      default:
        return { kind: 'unknown', by: by ?? base.by }
    }
  }

  /** An abstract class is never made: what it is, and what its methods are, its only heir tells. */
  #ofInstance(base: Instance, name: string, by: Made | undefined): Value {
    if (base.others) {
      const { others, ...first } = base
      return anyOf([first, ...others].map(one => this.#ofInstance(one, name, by))) ?? unknown
    }
    const whole = base.code.isAbstract ? this.#evaluator.implementation(base).value : undefined
    return whole ? this.member(whole, name, by) : this.field(base, name, by)
  }

  /** What an interface says of data is what is known of it; what its methods do, the class says that implements it. */
  #typedMember(base: Extract<Value, { kind: 'typed' }>, name: string, by: Made | undefined): Value {
    const type = base.type.members?.get(name)
    const whole =
      base.type.contract && (!type || type.kind === 'function') ? this.#evaluator.implementation(base).value : undefined
    const done = whole && this.member(whole, name, by)
    if (done && isDefinite(done)) return done
    const value = this.#evaluator.typeValue(type, base.module)
    return isKnown(value) ? ({ ...value, by: by ?? base.by } as Value) : { kind: 'unknown', by: by ?? base.by }
  }

  /** Of one of several objects the function of each may be meant. */
  #ofObject({ others = [], ...base }: ObjectValue, name: string): Value | undefined {
    const value = this.#property(base, name)
    if (others.length === 0 || (value && value.kind !== 'closure')) return value
    return oneOf([base, ...others].flatMap(one => this.#property(one, name) ?? [])) ?? value
  }

  #spreads = 0

  #property(base: ObjectValue, name: string): Value | undefined {
    for (const property of [...base.expression.properties].reverse()) {
      if (property.name === name) return this.#evaluator.evaluate(property.value, base.frame)
      if (!property.isSpread) continue
      const spread = this.#spread(property.value, base.frame, name)
      if (spread) return spread
    }
    return undefined
  }

  /** To a bound: an object may spread itself. */
  #spread(from: Expression, frame: Frame, name: string): Value | undefined {
    if (this.#spreads >= spreadsMax) return undefined
    this.#spreads++
    try {
      const value = this.member(this.#evaluator.evaluate(from, frame), name, undefined)
      return isDefinite(value) ? value : undefined
    } finally {
      this.#spreads--
    }
  }

  /** A static member, looked for up the chain of base classes. */
  #static(base: Extract<Value, { kind: 'class' }>, name: string): Value | undefined {
    let at: Value = base
    for (let hops = 0; at.kind === 'class' && hops < hopsMax; hops++) {
      const method = at.code.methods.get(name)
      if (method) return { kind: 'closure', code: method, frame: at.frame, self: base, by: base.by }
      const field = at.code.fields.get(name)?.sources[0]
      if (field) return this.#evaluator.source(field, at.frame, undefined)
      at = at.code.base ? this.#evaluator.evaluate(at.code.base, at.frame) : unknown
    }
    return at.kind === 'external' || at.kind === 'foreign' ? this.member(at, name, base.by) : undefined
  }

  /** A field or method of an instance, looked for up the chain of base classes. */
  field(base: Instance, name: string, by: Made | undefined): Value {
    let code: ClassCode | undefined = base.code
    let frame = base.frame
    for (let hops = 0; code && hops < hopsMax; hops++) {
      const method = code.methods.get(name)
      if (method) return { kind: 'closure', code: method, frame, self: base, by }
      const getter = code.methods.get(`get ${name}`)
      if (getter) return this.#evaluator.returned({ kind: 'closure', code: getter, frame, self: base, by }, [], by)
      const found = this.#declaredField(base, code, frame, name, by)
      if (found) return found
      const parent: Value = code.base ? this.#evaluator.evaluate(code.base, frame) : unknown
      if (parent.kind === 'external')
        return {
          kind: 'external',
          type: derive(derive(parent.type, '#'), `.${name}`),
          by,
          call: this.#superCall(base, code, frame),
        }
      if (parent.kind === 'foreign') return { kind: 'foreign', name: `${parent.name}.${name}`, by }
      code = parent.kind === 'class' ? parent.code : undefined
      frame = parent.kind === 'class' ? parent.frame : frame
    }
    return { kind: 'unknown', by }
  }

  #declaredField(base: Instance, code: ClassCode, frame: Frame, name: string, by: Made | undefined): Value | undefined {
    const field = code.fields.get(name)
    if (!field) return undefined
    let best: Value = unknown
    for (const source of field.sources) {
      const value =
        source.kind === 'parameter'
          ? this.#evaluator.parameter(source.index, source.path, this.#constructorFrame(base, code, frame))
          : this.#evaluator.source(
              source,
              source.kind === 'expression' ? this.#writerFrame(base, code, frame, source.inside) : frame,
              undefined,
            )
      if (isDefinite(value) && !isFilledLater(value)) return value
      if (!isKnown(best)) best = value
    }
    const given = this.#evaluator.injected(field.decorators, field.type, looseFrame(frame.module, code.owner))
    if (given) return given
    const typed = this.#evaluator.typeValue(field.type, frame.module)
    return isKnown(typed)
      ? ({ ...typed, by: best.by ?? by } as Value)
      : isKnown(best)
        ? best
        : { kind: 'unknown', by: best.by ?? by }
  }

  readonly #innerFrames = new WeakMap<Instance, Map<FunctionCode | ClassCode, Frame>>()

  /** One frame for each function an instance runs, so that what is found in it is found once. */
  #innerFrame(base: Instance, key: FunctionCode | ClassCode, make: () => Frame): Frame {
    const frames = this.#innerFrames.get(base) ?? new Map<FunctionCode | ClassCode, Frame>()
    this.#innerFrames.set(base, frames)
    const known = frames.get(key)
    if (known) return known
    const frame = make()
    frames.set(key, frame)
    return frame
  }

  #constructorFrame(base: Instance, code: ClassCode, frame: Frame): Frame {
    const made = code.methods.get('constructor')
    return this.#innerFrame(base, made ?? code, () => ({
      module: frame.module,
      code: made,
      parent: frame,
      args: this.#constructedWith(base, code),
      self: base,
    }))
  }

  /** What a constructor up the chain is given: by `super(…)` of the class below it, or past one that has no constructor. */
  #constructedWith(base: Instance, code: ClassCode): readonly Thunk[] | undefined {
    if (code === base.code) return base.args
    const below = this.#below(base, code)
    if (!below) return undefined
    if (!below.code.methods.has('constructor')) return this.#constructedWith(base, below.code)
    const made = this.#superCall(base, below.code, below.frame)
    return made && argumentsOf(made.expression, made.frame)
  }

  /** What the class above is made with: `super(…)`, or what `new` is given where no constructor stands between. */
  #superCall(base: Instance, code: ClassCode, frame: Frame): CallMade | undefined {
    const made = code.methods.get('constructor')
    if (made) {
      const site = frame.module.calls.find(
        ({ call: { callee }, inside }) => inside === made && callee.kind === 'this' && callee.isSuper,
      )
      return site && { expression: site.call, frame: this.#constructorFrame(base, code, frame), receiver: undefined }
    }
    const below = code === base.code ? undefined : this.#below(base, code)
    if (below) return this.#superCall(base, below.code, below.frame)
    const by = base.by?.expression.kind === 'call' && base.by.expression.isNew ? base.by : undefined
    return by && { expression: by.expression as CallExpression, frame: by.frame, receiver: undefined }
  }

  #below(base: Instance, code: ClassCode): Pick<ClassValue, 'code' | 'frame'> | undefined {
    let at: Pick<ClassValue, 'code' | 'frame'> = base
    for (let hops = 0; at.code.base && hops < hopsMax; hops++) {
      const parent = this.#evaluator.evaluate(at.code.base, at.frame)
      if (parent.kind !== 'class') return undefined
      if (parent.code === code) return at
      at = parent
    }
    return undefined
  }

  /** The activation in which a field was written: the constructor's with its arguments, any other loose. */
  #writerFrame(base: Instance, code: ClassCode, frame: Frame, inside: FunctionCode | undefined): Frame {
    if (!inside)
      return this.#innerFrame(base, code, () => ({
        module: frame.module,
        code: undefined,
        parent: frame,
        args: undefined,
        self: base,
      }))
    if (inside === code.methods.get('constructor')) return this.#constructorFrame(base, code, frame)
    return this.#innerFrame(base, inside, () =>
      inside.owner === code
        ? { module: frame.module, code: inside, parent: frame, args: undefined, self: base }
        : { ...looseFrame(frame.module, inside), self: inside.isArrow ? base : undefined },
    )
  }
}

/** `null`, or an empty list: what the type says is more. */
function isFilledLater(value: Value): boolean {
  return value.kind === 'constant' ? value.value == null : value.kind === 'array' && value.expression.items.length === 0
}
