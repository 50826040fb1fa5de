/** Where a value comes from: every library call, record and constant that it is made of, through variables and helpers. */
import { childrenOf } from '../../facts/calls.ts'
import type { Binding, CallExpression, Expression, Source } from '../../facts/code.ts'
import { isRecordType } from '../../facts/libraries/types.ts'
import { argumentsOf, frameOf, returnsOf } from './activations.ts'
import type { Evaluator } from './evaluator.ts'
import type { Frame, Thunk, Value } from './frames.ts'

/** Told of everything a value is made of. */
export interface OriginVisitor {
  external?(type: string, expression: Expression, frame: Frame): void
  call?(call: CallExpression, frame: Frame, isAwaited: boolean, callee: Value): void
  /** The value was not followed to its end. */
  open?(expression: Expression): void
}

const stepsMax = 600

export class Origins {
  readonly evaluator: Evaluator
  readonly #record = new Map<Expression, Map<Frame, boolean>>()

  constructor(evaluator: Evaluator) {
    this.evaluator = evaluator
  }

  visit(expression: Expression, frame: Frame, visitor: OriginVisitor): void {
    new Walk(this.evaluator, visitor).expression(expression, frame, false)
  }

  /** Whether anything of a consumed record is in the value. */
  isFromRecord(expression: Expression, frame: Frame): boolean {
    const known = this.#record.get(expression)?.get(frame)
    if (known !== undefined) return known
    let found = false
    this.visit(expression, frame, {
      external: type => {
        found ||= isRecordType(type)
      },
    })
    const frames = this.#record.get(expression) ?? new Map<Frame, boolean>()
    frames.set(frame, found)
    this.#record.set(expression, frames)
    return found
  }
}

class Walk {
  readonly #evaluator: Evaluator
  readonly #visitor: OriginVisitor
  readonly #seen = new Map<Expression, Set<Frame>>()
  #steps = 0

  constructor(evaluator: Evaluator, visitor: OriginVisitor) {
    this.#evaluator = evaluator
    this.#visitor = visitor
  }

  expression(expression: Expression, frame: Frame, isAwaited: boolean): void {
    if (this.#steps++ > stepsMax || this.#wasSeen(expression, frame)) return
    if (expression.kind === 'name') {
      this.#name(expression, frame)
      return
    }
    if (expression.kind === 'await') {
      this.expression(expression.of, frame, true)
      return
    }
    if (expression.kind === 'call') {
      this.#call(expression, frame, isAwaited)
      return
    }
    if (expression.kind === 'member' || expression.kind === 'index' || expression.kind === 'this') {
      this.#member(expression, frame)
      return
    }
    if (expression.kind === 'function') {
      for (const returned of returnsOf(expression.code))
        this.expression(
          returned,
          { module: frame.module, code: expression.code, parent: frame, args: undefined, self: undefined },
          false,
        )
      return
    }
    for (const child of childrenOf(expression)) this.expression(child, frame, false)
  }

  #wasSeen(expression: Expression, frame: Frame): boolean {
    const frames = this.#seen.get(expression)
    if (frames?.has(frame)) return true
    if (frames) frames.add(frame)
    else this.#seen.set(expression, new Set([frame]))
    return false
  }

  #name(expression: Extract<Expression, { kind: 'name' }>, frame: Frame): void {
    const { binding } = expression
    if (!binding) {
      this.#visitor.external?.(`global:${expression.name}`, expression, frame)
      return
    }
    const value = this.#evaluator.evaluate(expression, frame)
    if (value.kind === 'external') this.#visitor.external?.(value.type, expression, frame)
    if (this.#part(expression, value, frame, binding)) return
    for (const source of binding.sources) this.#source(source, frame, binding)
    for (const source of binding.pushed ?? []) this.#source(source, frame, binding)
    for (const sources of binding.members?.values() ?? [])
      for (const source of sources) this.#source(source, frame, binding)
    if (binding.sources.length === 0) this.#visitor.open?.(expression)
  }

  /** `const { key } = message` of an object that is written here: what stands beside the key is not in it. */
  #part(expression: Expression, value: Value, frame: Frame, binding: Binding): boolean {
    const [source, ...others] = binding.sources
    if (!source || source.kind === 'import' || source.path.length === 0 || others.length > 0) return false
    if (this.#whole(source, frame, binding)?.kind !== 'object') return false
    if (value.kind === 'constant') return true
    if (value.kind === 'unknown' || value.kind === 'typed' || !value.by || value.by.expression === expression)
      return false
    this.expression(value.by.expression, value.by.frame, false)
    return true
  }

  #whole(source: Exclude<Source, { kind: 'import' }>, frame: Frame, binding: Binding): Value | undefined {
    if (source.kind === 'expression') return this.#evaluator.evaluate(source.from, frameOf(frame, source.inside))
    const given = frameOf(frame, binding.owner).args?.[source.index]
    if (!given) return undefined
    return 'value' in given ? given.value : this.#evaluator.evaluate(given.expression, given.frame)
  }

  #source(source: Source, frame: Frame, binding: Binding): void {
    if (source.kind === 'import') return
    const home = frameOf(frame, binding.owner)
    if (source.kind === 'expression') {
      this.expression(source.from, frameOf(frame, source.inside), false)
      return
    }
    const arg = home.args?.[source.index]
    if (arg) this.thunk(arg)
    else {
      const value = this.#evaluator.parameter(source.index, source.path, home)
      if (value.kind === 'external') this.#visitor.external?.(value.type, value.by?.expression ?? nowhere, frame)
    }
  }

  thunk(thunk: Thunk): void {
    if (!('value' in thunk)) {
      this.expression(thunk.expression, thunk.frame, false)
      return
    }
    const { value } = thunk
    if (value.kind === 'external')
      this.#visitor.external?.(value.type, value.by?.expression ?? nowhere, value.by?.frame ?? emptyFrame)
    else if (value.by) this.expression(value.by.expression, value.by.frame, false)
  }

  #member(expression: Expression, frame: Frame): void {
    const value = this.#evaluator.evaluate(expression, frame)
    if (value.kind === 'external') {
      this.#visitor.external?.(value.type, expression, frame)
      if (isRecordType(value.type)) return
      for (const child of childrenOf(expression)) this.expression(child, frame, false)
      return
    }
    if (value.kind === 'constant' || value.kind === 'closure' || value.kind === 'class') return
    if (value.by && value.by.expression !== expression) this.expression(value.by.expression, value.by.frame, false)
    // The object as a whole says more than nothing where its one property could not be told.
    if (value.kind === 'unknown' || value.kind === 'typed')
      for (const child of childrenOf(expression)) this.expression(child, frame, false)
  }

  #call(call: CallExpression, frame: Frame, isAwaited: boolean): void {
    const callee = this.#evaluator.evaluate(call.callee, frame)
    this.#visitor.call?.(call, frame, isAwaited, callee)
    if (callee.kind === 'external') this.#visitor.external?.(`${callee.type}()`, call, frame)
    if (callee.kind === 'closure') {
      const inner = this.#evaluator.enter(callee, argumentsOf(call, frame))
      for (const returned of returnsOf(callee.code)) this.expression(returned, inner, isAwaited || callee.code.isAsync)
      return
    }
    if (call.callee.kind === 'member') this.expression(call.callee.of, frame, false)
    for (const arg of call.args) this.expression(arg, frame, false)
  }
}

const nowhere: Expression = { kind: 'literal', value: undefined, start: 0, end: 0 }
const emptyFrame = {} as Frame
