/** Values as far as they are known without running anything, and the activations they are known in. */
import type {
  ArrayExpression,
  Binding,
  CallExpression,
  ClassCode,
  Expression,
  FunctionCode,
  Module,
  ObjectExpression,
  TypeRef,
} from '../../facts/code.ts'

/** One call of a function as the analysis follows it; `code` is undefined for the top level of a file. */
export interface Frame {
  readonly module: Module
  readonly code: FunctionCode | undefined
  /** The activation around it, lexically. */
  readonly parent: Frame | undefined
  /** `undefined`: nobody is known to call it. */
  readonly args: readonly Thunk[] | undefined
  readonly self: Value | undefined
}

/** An argument: looked at when asked for, in the frame of whoever passed it. */
export type Thunk =
  | { readonly expression: Expression; readonly frame: Frame; readonly path: readonly string[] }
  | { readonly value: Value }

export interface Made {
  readonly expression: Expression
  readonly frame: Frame
}

export type Value =
  | {
      readonly kind: 'unknown'
      readonly by: Made | undefined
      /** One of these it is, but which one is said elsewhere. */
      readonly among?: readonly ClassValue[]
    }
  | {
      readonly kind: 'constant'
      readonly value: string | number | bigint | boolean | null | undefined
      readonly by: Made
      /** It holds where the caller gives nothing else: `({ fromBeginning = false })`. */
      readonly isDefault?: boolean
    }
  /** Something of a library, by how it was reached: `kafkajs:Kafka#.consumer()`. */
  | {
      readonly kind: 'external'
      readonly type: string
      readonly by: Made | undefined
      readonly call: CallMade | undefined
      readonly typeArguments?: TypeArguments
    }
  | {
      readonly kind: 'closure'
      readonly code: FunctionCode
      readonly frame: Frame
      readonly self: Value | undefined
      readonly by: Made | undefined
      /** The other function it may be, and through that all further ones. */
      readonly other?: Closure
    }
  | { readonly kind: 'class'; readonly code: ClassCode; readonly frame: Frame; readonly by: Made | undefined }
  | {
      readonly kind: 'instance'
      readonly code: ClassCode
      readonly frame: Frame
      readonly args: readonly Thunk[] | undefined
      readonly by: Made | undefined
      /** Of a class that is known by its type only. */
      readonly typeArguments?: TypeArguments
      /** Instances of other classes that it may be instead: what a list holds besides. */
      readonly others?: readonly Instance[]
    }
  | {
      readonly kind: 'object'
      readonly expression: ObjectExpression
      readonly frame: Frame
      readonly by: Made
      /** The name it was given, by which more may be stored in it: `options.autoCommit = false`. */
      readonly stored?: Binding
      /** Further ones of the list of which it is an element: it may be any of them. */
      readonly others?: readonly ObjectValue[]
    }
  | { readonly kind: 'array'; readonly expression: ArrayExpression; readonly frame: Frame; readonly by: Made }
  | { readonly kind: 'module'; readonly module: Module; readonly by: Made | undefined }
  /** Of this project, but its file is not there. */
  | { readonly kind: 'foreign'; readonly name: string; readonly by: Made | undefined }
  /** Known by its declared type only. */
  | {
      readonly kind: 'typed'
      readonly type: TypeRef
      readonly module: Module
      readonly by: Made | undefined
      readonly typeArguments?: TypeArguments
    }

/** `Order` in `Repository<Order>`, with the file in which that is written. */
export interface TypeArguments {
  readonly types: readonly TypeRef[]
  readonly module: Module
}

export type ClassValue = Extract<Value, { kind: 'class' }>

export type ObjectValue = Extract<Value, { kind: 'object' }>

export type Closure = Extract<Value, { kind: 'closure' }>

export type Instance = Extract<Value, { kind: 'instance' }>

const alternativesMax = 16

/** The functions among values as one that may be any of them; undefined where there is none. */
export function oneOf(values: readonly Value[]): Closure | undefined {
  const codes = new Set<FunctionCode>()
  const functions = values.filter((value): value is Closure => {
    if (value.kind !== 'closure' || codes.has(value.code)) return false
    codes.add(value.code)
    return true
  })
  return functions
    .slice(0, alternativesMax)
    .reduceRight<Closure | undefined>((other, value) => (other ? { ...value, other } : value), undefined)
}

/** One of several values: the functions among them together, or the objects, or instances of each class, else the first that is known. */
export function anyOf(values: readonly Value[]): Value | undefined {
  const functions = oneOf(values)
  if (functions) return functions
  const first = values.find(isKnown)
  if (first?.kind === 'instance') return oneOfClasses(first, values)
  if (first?.kind !== 'object') return first
  const others = values.filter(value => value.kind === 'object' && value !== first).slice(0, alternativesMax - 1)
  return others.length > 0 ? { ...first, others: others as ObjectValue[] } : first
}

function oneOfClasses(first: Instance, values: readonly Value[]): Instance {
  const others = new Map(values.flatMap(one => (one.kind === 'instance' ? [[one.code, one] as const] : [])))
  others.delete(first.code)
  return others.size > 0 ? { ...first, others: [...others.values()].slice(0, alternativesMax - 1) } : first
}

export interface CallMade {
  readonly expression: CallExpression
  readonly frame: Frame
  /** What the method was called on. */
  readonly receiver: Value | undefined
}

export const unknown: Value = { kind: 'unknown', by: undefined }

export function isKnown(value: Value): boolean {
  return value.kind !== 'unknown'
}

/** Better than an annotation: something that says where it was made. */
export function isDefinite(value: Value): boolean {
  if (value.kind === 'external' && /^global:.*\(\)/.test(value.type)) return false
  if (value.kind === 'unknown') return value.among !== undefined
  return value.kind !== 'foreign' && value.kind !== 'typed'
}

export function moduleFrame(module: Module): Frame {
  let frame = frames.get(module)
  if (!frame) {
    frame = { module, code: undefined, parent: undefined, args: undefined, self: undefined }
    frames.set(module, frame)
  }
  return frame
}

const frames = new WeakMap<Module, Frame>()

/** The frame of a function nobody is known to call, with its lexical parents. One each, so that what is found in it is found once. */
export function looseFrame(module: Module, code: FunctionCode | undefined, self?: Value): Frame {
  if (!code) return moduleFrame(module)
  const known = self ? undefined : looseFrames.get(code)
  if (known) return known
  const frame: Frame = {
    module,
    code,
    parent: looseFrame(module, code.parent, self),
    args: undefined,
    self: self ?? ownSelf(module, code),
  }
  if (!self) looseFrames.set(code, frame)
  return frame
}

const looseFrames = new WeakMap<FunctionCode, Frame>()

function ownSelf(module: Module, code: FunctionCode): Value | undefined {
  return code.owner && looseInstance(code.owner, moduleFrame(module))
}

/** An instance of which only the class is known. */
export function looseInstance(code: ClassCode, frame: Frame): Value {
  let instance = instances.get(code)
  if (!instance) {
    instance = { kind: 'instance', code, frame, args: undefined, by: undefined }
    instances.set(code, instance)
  }
  return instance
}

const instances = new WeakMap<ClassCode, Value>()

/** `this` as seen from a frame: arrows look through to the function around them. */
export function selfOf(frame: Frame): Value | undefined {
  for (let at: Frame | undefined = frame; at; at = at.parent) {
    if (at.self) return at.self
    if (at.code && !at.code.isArrow) return at.code.owner ? ownSelf(at.module, at.code) : undefined
  }
  return undefined
}
