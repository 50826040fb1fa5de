/**
 * What an expression is, found on demand: through variables, destructuring, arguments, fields, returns, imports and
 * re-exports. Nothing is run; where two ways are possible the first that is known wins. Bounded in depth and in steps.
 */

import { isModuleCall } from '../facts/calls.ts'
import type {
  Binding,
  CallExpression,
  ClassCode,
  Expression,
  FunctionCode,
  Module,
  Source,
  TypeRef,
} from '../facts/code.ts'
import { derive, importedType } from '../facts/libraries/types.ts'
import {
  type Frame,
  isDefinite,
  isKnown,
  looseFrame,
  looseInstance,
  type Made,
  moduleFrame,
  selfOf,
  type Thunk,
  unknown,
  type Value,
} from './frames.ts'
import type { Project } from './project.ts'

const depthMax = 40
/** Steps for one question; asked again, a question gets them anew. */
const stepsMax = 20_000

export class Evaluator {
  readonly project: Project
  readonly #cache = new Map<Expression, Map<Frame, Value>>()
  #depth = 0
  #steps = 0

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
    return this.#follow(this.#start(thunk), thunk.path, thunk.frame)
  }

  #start(thunk: Made & { readonly path: readonly string[] }): Value {
    return this.#sourceStart(thunk.expression, thunk.path, thunk.frame)
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
        return this.#memberExpression(expression.of, expression.name, frame, by)
      case 'index':
        return this.element(this.evaluate(expression.of, frame), by)
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
    const other = this.evaluate(second, frame)
    return other.kind === 'closure' && other.code !== value.code ? { ...value, other } : value
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
      if (isDefinite(value) && !(value.kind === 'constant' && value.value == null)) return value
      if (!isKnown(best)) best = value
    }
    const typed = this.typeValue(binding.type, frame.module)
    if (isKnown(typed)) return { ...typed, by: best.by ?? by } as Value
    return isKnown(best) ? best : { kind: 'unknown', by: best.by ?? by }
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
    const declared = home.code?.parameters[index]
    const typed = this.#annotated(index, path, home)
    if (isKnown(typed)) return typed
    return declared?.initial ? this.#follow(this.evaluate(declared.initial, home), path, home) : unknown
  }

  #annotated(index: number, path: readonly string[], home: Frame): Value {
    return this.#follow(this.typeValue(home.code?.parameters[index]?.type, home.module), path, home)
  }

  #follow(value: Value, path: readonly string[], _frame: Frame): Value {
    let at = value
    for (const step of path) at = step.startsWith('[') ? this.#elementAt(at, step) : this.member(at, step, undefined)
    return path.length && !isKnown(at) ? { kind: 'unknown', by: at.by ?? value.by } : at
  }

  #elementAt(value: Value, step: string): Value {
    const index = /^\[(\d+)\]$/.exec(step)?.[1]
    if (index !== undefined && value.kind === 'array') {
      const item = value.expression.items[Number(index)]
      return item ? this.evaluate(item, value.frame) : unknown
    }
    return this.element(value, undefined)
  }

  element(value: Value, by: Made | undefined): Value {
    if (value.kind === 'external')
      return { kind: 'external', type: derive(value.type, '[]'), by: by ?? value.by, call: value.call }
    if (value.kind === 'array') {
      for (const item of value.expression.items) {
        const found = this.evaluate(item, value.frame)
        if (isKnown(found)) return found
      }
    }
    if (value.kind === 'typed' && value.type.kind === 'array') return this.typeValue(value.type.args?.[0], value.module)
    return { kind: 'unknown', by: by ?? value.by }
  }

  // ---- members ------------------------------------------------------------------------------------------------

  #memberExpression(of: Expression, name: string, frame: Frame, by: Made): Value {
    const base = this.evaluate(of, frame)
    const value = this.member(base, name, by)
    if (isDefinite(value) || of.kind !== 'name') return value
    for (const source of of.binding?.members?.get(name) ?? []) {
      const stored = this.source(source, frame, of.binding?.owner)
      if (isDefinite(stored)) return stored
    }
    return value
  }

  member(base: Value, name: string, by: Made | undefined): Value {
    switch (base.kind) {
      case 'external':
        return { kind: 'external', type: derive(base.type, `.${name}`), by: by ?? base.by, call: base.call }
      case 'object':
        return this.#property(base, name) ?? { kind: 'unknown', by: by ?? base.by }
      case 'instance':
        return this.field(base, name, by)
      case 'class':
        return this.#static(base, name) ?? { kind: 'unknown', by }
      case 'module':
        return this.exported(base.module, name)
      case 'foreign':
        return { kind: 'foreign', name: `${base.name}.${name}`, by: by ?? base.by }
      case 'typed':
        return this.#typedMember(base, name, by)
      default:
        return { kind: 'unknown', by: by ?? base.by }
    }
  }

  #typedMember(base: Extract<Value, { kind: 'typed' }>, name: string, by: Made | undefined): Value {
    const type = base.type.members?.get(name)
    const value = this.typeValue(type, base.module)
    return isKnown(value) ? ({ ...value, by: by ?? base.by } as Value) : { kind: 'unknown', by: by ?? base.by }
  }

  #property(base: Extract<Value, { kind: 'object' }>, name: string): Value | undefined {
    for (const property of [...base.expression.properties].reverse()) {
      if (property.name === name) return this.evaluate(property.value, base.frame)
      if (!property.isSpread) continue
      const spread = this.member(this.evaluate(property.value, base.frame), name, undefined)
      if (isDefinite(spread)) return spread
    }
    return undefined
  }

  #static(base: Extract<Value, { kind: 'class' }>, name: string): Value | undefined {
    const method = base.code.methods.get(name)
    if (method) return { kind: 'closure', code: method, frame: base.frame, self: base, by: base.by }
    const field = base.code.fields.get(name)?.sources[0]
    return field ? this.source(field, base.frame, undefined) : undefined
  }

  /** A field or method of an instance, looked for up the chain of base classes. */
  field(base: Instance, name: string, by: Made | undefined): Value {
    let code: ClassCode | undefined = base.code
    let frame = base.frame
    for (let hops = 0; code && hops < 8; hops++) {
      const method = code.methods.get(name)
      if (method) return { kind: 'closure', code: method, frame, self: base, by }
      const getter = code.methods.get(`get ${name}`)
      if (getter) return this.returned({ kind: 'closure', code: getter, frame, self: base, by }, [], by)
      const found = this.#declaredField(base, code, frame, name, by)
      if (found) return found
      const parent: Value = code.base ? this.evaluate(code.base, frame) : unknown
      if (parent.kind === 'external')
        return { kind: 'external', type: derive(derive(parent.type, '#'), `.${name}`), by, call: undefined }
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
          ? this.parameter(source.index, source.path, this.#constructorFrame(base, code, frame))
          : this.source(
              source,
              source.kind === 'expression' ? this.#writerFrame(base, code, frame, source.inside) : frame,
              undefined,
            )
      if (isDefinite(value) && !(value.kind === 'constant' && value.value == null)) return value
      if (!isKnown(best)) best = value
    }
    const typed = this.typeValue(field.type, frame.module)
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
    const args = code === base.code ? base.args : undefined
    return this.#innerFrame(base, made ?? code, () => ({
      module: frame.module,
      code: made,
      parent: frame,
      args,
      self: base,
    }))
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

  // ---- calls --------------------------------------------------------------------------------------------------

  call(expression: CallExpression, frame: Frame): Value {
    const by: Made = { expression, frame }
    const first = expression.args[0]
    if (isModuleCall(expression.callee) && first?.kind === 'literal' && typeof first.value === 'string')
      return this.imported(first.value, '=', frame.module)
    const callee = this.evaluate(expression.callee, frame)
    if (expression.isNew) return this.#construct(expression, callee, frame, by)
    if (callee.kind === 'external') return this.#externalCall(expression, callee, frame, by)
    if (callee.kind === 'closure') return this.returned(callee, argumentsOf(expression, frame), by)
    if (callee.kind === 'foreign')
      return (
        clientByShape(expression, callee, this.#receiverOf(expression, frame), by) ?? {
          kind: 'foreign',
          name: `${callee.name}()`,
          by,
        }
      )
    if (callee.kind === 'typed') {
      const result = this.typeValue(callee.type.returns, callee.module)
      return isKnown(result) ? ({ ...result, by } as Value) : { kind: 'unknown', by }
    }
    return this.#builtIn(expression, callee, frame, by)
  }

  #receiverOf(expression: CallExpression, frame: Frame): Value | undefined {
    return expression.callee.kind === 'member' ? this.evaluate(expression.callee.of, frame) : undefined
  }

  #externalCall(
    expression: CallExpression,
    callee: Extract<Value, { kind: 'external' }>,
    frame: Frame,
    by: Made,
  ): Value {
    const receiver = this.#receiverOf(expression, frame)
    if (receiver?.kind === 'external' && callee.type.endsWith('.bind')) return receiver
    if (callee.type === 'global:Promise.resolve' && expression.args[0]) return this.evaluate(expression.args[0], frame)
    if (/^global:(?:Map|Array|Set)#\.(?:get|pop|shift|at)$/.test(callee.type) && expression.callee.kind === 'member') {
      const held = this.held(expression.callee.of, frame)
      if (held) return held
    }
    return { kind: 'external', type: derive(callee.type, '()'), by, call: { expression, frame, receiver } }
  }

  /** `f.bind(x)`, `list.map(...)`, `map.get(key)` on things of our own. */
  #builtIn(expression: CallExpression, callee: Value, frame: Frame, by: Made): Value {
    if (expression.callee.kind !== 'member') return { kind: 'unknown', by }
    const { of, name } = expression.callee
    const base = this.evaluate(of, frame)
    if (name === 'bind' && base.kind === 'closure') {
      const self = expression.args[0] ? this.evaluate(expression.args[0], frame) : undefined
      return { ...base, self: self && self.kind !== 'unknown' ? self : base.self }
    }
    if (name === 'get' || name === 'shift' || name === 'pop' || name === 'at') {
      const held = this.held(of, frame)
      if (held) return held
    }
    void callee
    return { kind: 'unknown', by }
  }

  /** What was pushed into, added to or set in a container. */
  held(container: Expression, frame: Frame): Value | undefined {
    const sources = container.kind === 'name' ? container.binding?.pushed : this.#fieldOf(container, frame)?.pushed
    for (const source of sources ?? []) {
      const inside = source.kind === 'expression' ? looseFrame(frame.module, source.inside) : frame
      const value = this.source(source, inside, undefined)
      if (isKnown(value)) return value
    }
    return undefined
  }

  #fieldOf(expression: Expression, frame: Frame): { pushed: Source[] | undefined } | undefined {
    if (expression.kind !== 'member') return undefined
    const base = this.evaluate(expression.of, frame)
    return base.kind === 'instance' ? base.code.fields.get(expression.name) : undefined
  }

  #construct(expression: CallExpression, callee: Value, frame: Frame, by: Made): Value {
    if (callee.kind === 'class')
      return { kind: 'instance', code: callee.code, frame: callee.frame, args: argumentsOf(expression, frame), by }
    if (callee.kind === 'external')
      return { kind: 'external', type: derive(callee.type, '#'), by, call: { expression, frame, receiver: undefined } }
    if (callee.kind === 'foreign') return { kind: 'foreign', name: `new ${callee.name}`, by }
    return { kind: 'unknown', by }
  }

  /** What a function of ours gives back: the first of its returns that is known. */
  returned(callee: Extract<Value, { kind: 'closure' }>, args: readonly Thunk[], by: Made | undefined): Value {
    const frame = this.enter(callee, args)
    let best: Value = unknown
    for (const expression of returnsOf(callee.code)) {
      const value = this.evaluate(expression, frame)
      if (isDefinite(value) && !(value.kind === 'constant' && value.value == null)) return value
      if (!isKnown(best)) best = value
    }
    const typed = this.typeValue(callee.code.returns, callee.frame.module)
    if (isKnown(typed)) return { ...typed, by: by ?? best.by } as Value
    return isKnown(best) ? best : { kind: 'unknown', by: best.by ?? by }
  }

  readonly #frames = new Map<FunctionCode, Frame[]>()

  enter(callee: Extract<Value, { kind: 'closure' }>, args: readonly Thunk[]): Frame {
    const known = this.#frames.get(callee.code) ?? []
    const same = known.find(
      frame => frame.parent === callee.frame && frame.self === callee.self && sameArgs(frame.args, args),
    )
    if (same) return same
    const frame: Frame = {
      module: callee.frame.module,
      code: callee.code,
      parent: callee.frame,
      args,
      self: callee.code.isArrow ? undefined : callee.self,
    }
    this.#frames.set(callee.code, [...known, frame].slice(-20))
    return frame
  }

  // ---- modules and types --------------------------------------------------------------------------------------

  imported(specifier: string, name: string, from: Module): Value {
    const link = this.project.link(specifier, from.path)
    if (link.kind === 'library')
      return { kind: 'external', type: importedType(specifier, name), by: undefined, call: undefined }
    if (link.kind === 'missing')
      return { kind: 'foreign', name: name === '*' || name === '=' ? specifier : name, by: undefined }
    const module = this.project.module(link.path)
    if (!module) return { kind: 'foreign', name, by: undefined }
    if (name === '*') return { kind: 'module', module, by: undefined }
    return this.exported(module, name)
  }

  exported(module: Module, name: string, seen = new Set<Module>()): Value {
    if (seen.has(module)) return unknown
    seen.add(module)
    const link = module.exports.get(name)
    if (link?.kind === 'local') return this.evaluate(link.expression, moduleFrame(module))
    if (link?.kind === 'from') return this.imported(link.specifier, link.name, module)
    const whole = module.exports.get('=')
    if (whole?.kind === 'local') {
      const value = this.evaluate(whole.expression, moduleFrame(module))
      return name === '=' || name === 'default' ? value : this.member(value, name, undefined)
    }
    if (name === '=' || name === 'default') return { kind: 'module', module, by: undefined }
    for (const specifier of module.starExports) {
      const target = this.project.link(specifier, module.path)
      const next = target.kind === 'file' ? this.project.module(target.path) : undefined
      const value = next ? this.exported(next, name, seen) : unknown
      if (isKnown(value)) return value
    }
    return unknown
  }

  typeValue(type: TypeRef | undefined, module: Module): Value {
    if (!type) return unknown
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
    if (of.kind === 'name' && !of.binding) {
      const [inner] = type.args ?? []
      if (wrappers.has(of.name)) return this.typeValue(inner, module)
      return lists.has(of.name)
        ? { kind: 'typed', type: { kind: 'array', args: inner ? [inner] : [] }, module, by: undefined }
        : unknown
    }
    if (of.kind === 'name' && of.binding?.kind === 'type') return this.typeValue(of.binding.type, module)
    const named = this.evaluate(of, moduleFrame(module))
    if (named.kind === 'external')
      return { kind: 'external', type: derive(named.type, '#'), by: undefined, call: undefined }
    if (named.kind === 'class') return looseInstance(named.code, named.frame)
    return named.kind === 'foreign' || named.kind === 'typed' ? { ...named, by: undefined } : unknown
  }
}

/** `kafka.consumer({ groupId })` on a `kafka` whose file is not there: the form tells. */
function clientByShape(
  call: CallExpression,
  callee: Extract<Value, { kind: 'foreign' }>,
  receiver: Value | undefined,
  by: Made,
): Value | undefined {
  if (call.callee.kind !== 'member') return undefined
  const { name } = call.callee
  const [first] = call.args
  const has = (property: string): boolean =>
    first?.kind === 'object' && first.properties.some(one => one.name === property)
  const made = { expression: call, frame: by.frame, receiver }
  if (name === 'consumer' && has('groupId')) return { kind: 'external', type: 'kafkajs:Consumer#', by, call: made }
  if (
    name === 'producer' &&
    (/kafka/i.test(callee.name) || has('transactionalId') || has('idempotent')) &&
    call.args.length <= 1
  )
    return { kind: 'external', type: 'kafkajs:Producer#', by, call: made }
  return undefined
}

type Instance = Extract<Value, { kind: 'instance' }>

const wrappers = new Set(['Promise', 'Awaited', 'Readonly', 'Required', 'Partial', 'NonNullable', 'PromiseLike'])
const lists = new Set(['Array', 'ReadonlyArray', 'Set', 'ReadonlySet', 'Iterable', 'AsyncIterable'])

function isUseful(value: Value): boolean {
  return (
    value.kind === 'external' || (value.kind === 'array' && value.expression.items.length > 0) || value.kind === 'typed'
  )
}

function sameArgs(one: readonly Thunk[] | undefined, two: readonly Thunk[]): boolean {
  return one?.length === two.length && one.every((arg, index) => sameThunk(arg, two[index] as Thunk))
}

function sameThunk(one: Thunk, two: Thunk): boolean {
  if ('value' in one || 'value' in two) return 'value' in one && 'value' in two && one.value === two.value
  return one.expression === two.expression && one.frame === two.frame && one.path.join() === two.path.join()
}

export function argumentsOf(call: CallExpression, frame: Frame): Thunk[] {
  return call.args.map(expression => ({ expression, frame, path: [] }))
}

/** The activation of `owner` as seen from `frame`. Outside of it: a loose one, where parameters are known by type only. */
export function frameOf(frame: Frame, owner: FunctionCode | undefined): Frame {
  for (let at: Frame | undefined = frame; at; at = at.parent) {
    if (at.code === owner) return at
    if (!at.parent && !owner) return at.code ? moduleFrame(frame.module) : at
  }
  return looseFrame(frame.module, owner)
}

const returnsCache = new WeakMap<FunctionCode, readonly Expression[]>()

export function returnsOf(code: FunctionCode): readonly Expression[] {
  let found = returnsCache.get(code)
  if (!found) {
    found = returnsIn(code.body)
    returnsCache.set(code, found)
  }
  return found
}

function returnsIn(body: FunctionCode['body']): Expression[] {
  return body.flatMap((statement): Expression[] => {
    switch (statement.kind) {
      case 'return':
        return statement.value ? [statement.value] : []
      case 'if':
        return [...returnsIn(statement.whenTrue), ...returnsIn(statement.whenFalse)]
      case 'loop':
      case 'block':
        return returnsIn(statement.body)
      case 'try':
        return [
          ...returnsIn(statement.block),
          ...returnsIn(statement.handler?.body ?? []),
          ...returnsIn(statement.cleanup ?? []),
        ]
      case 'switch':
        return statement.cases.flatMap(one => returnsIn(one.body))
      default:
        return []
    }
  })
}

function fold(operator: string, one: unknown, two: unknown, by: Made): Value {
  if (operator === '+' && (typeof one === 'string' || typeof two === 'string'))
    return { kind: 'constant', value: String(one) + String(two), by }
  if (typeof one === 'number' && typeof two === 'number') {
    const value = { '+': one + two, '-': one - two, '*': one * two, '/': one / two }[operator]
    if (value !== undefined) return { kind: 'constant', value, by }
  }
  return { kind: 'unknown', by }
}
