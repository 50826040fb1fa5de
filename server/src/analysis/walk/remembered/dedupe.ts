/** Whether a test asks if this record was processed before, and who remembers: a store that survives, or this process. */
import { childrenOf } from '../../../facts/calls.ts'
import type { CallExpression, Expression } from '../../../facts/code.ts'
import type { Asked, Place } from '../../../facts/model.ts'
import { frameOf } from '../../values/activations.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { Frame, Value } from '../../values/frames.ts'
import type { Origins } from '../../values/origins.ts'
import { calleeOf, placeOf } from '../places.ts'
import { askedOf } from './askedOf.ts'

/** The topic and the partition of a record, or of a batch of them. */
const whereabouts = /#\.(?:topic|partition)$/

export interface DedupeTest {
  readonly memory: 'durable' | 'in-memory'
  readonly at: Place
  /** The arm that runs for a record seen before: 0 where the test holds, 1 where it does not. */
  readonly repeatArm: 0 | 1
  readonly claimAt: Place | undefined
  readonly asked: Asked
}

interface Lookup {
  readonly call: CallExpression
  readonly frame: Frame
  readonly memory: 'durable' | 'in-memory'
  /** It writes, and tells whether it was the first: `INSERT … DO NOTHING`, `SET NX`. */
  readonly claims: boolean
}

export class Dedupe {
  readonly #evaluator: Evaluator
  readonly #origins: Origins

  constructor(evaluator: Evaluator, origins: Origins) {
    this.#evaluator = evaluator
    this.#origins = origins
  }

  look(test: Expression, frame: Frame): DedupeTest | undefined {
    const { expression, isNegated } = unwrap(test)
    if (expression.kind === 'binary' && (expression.operator === '||' || expression.operator === '&&')) {
      const found = this.look(expression.left, frame) ?? this.look(expression.right, frame)
      return found && isNegated ? { ...found, repeatArm: found.repeatArm === 0 ? 1 : 0 } : found
    }
    const lookup = this.#lookup(expression, frame, 0)
    if (!lookup) return undefined
    const holdsForRepeat = lookup.claims ? isNegated : !isNegated
    const { call, frame: asking, memory, claims } = lookup
    return {
      memory,
      at: placeOf(asking.module, call),
      repeatArm: holdsForRepeat ? 0 : 1,
      claimAt: claims ? calleeOf(asking.module, call) : undefined,
      asked: askedOf(this.#evaluator, call, asking),
    }
  }

  #lookup(expression: Expression, frame: Frame, depth: number): Lookup | undefined {
    if (depth > 6) return undefined
    if (expression.kind === 'await')
      return expression.of.kind === 'call' ? this.#awaited(expression.of, frame) : undefined
    if (expression.kind === 'call') return this.#remembered(expression, frame) ?? this.#asked(expression, frame, depth)
    if (expression.kind === 'name') {
      for (const source of expression.binding?.sources ?? []) {
        if (source.kind !== 'expression') continue
        const found = this.#lookup(source.from, frameOf(frame, source.inside), depth + 1)
        if (found) return found
      }
      return undefined
    }
    return this.#inside(expression, frame, depth)
  }

  /** `rows.some(…)`, `Boolean(row)`: of a call only what it is called on, or the one thing it converts, is asked about. */
  #asked(call: CallExpression, frame: Frame, depth: number): Lookup | undefined {
    if (call.callee.kind === 'member') return this.#lookup(call.callee.of, frame, depth + 1)
    const [only] = call.args
    return call.callee.kind === 'name' && call.callee.name === 'Boolean' && only
      ? this.#lookup(only, frame, depth + 1)
      : undefined
  }

  #inside(expression: Expression, frame: Frame, depth: number): Lookup | undefined {
    if (expression.kind === 'function' || expression.kind === 'object') return undefined
    for (const child of childrenOf(expression)) {
      const found = this.#lookup(child, frame, depth + 1)
      if (found) return found
    }
    return undefined
  }

  /** `await repository.findOne({ where: { eventId } })`: awaited, asked with something of the record. */
  #awaited(call: CallExpression, frame: Frame): Lookup | undefined {
    const name = nameOf(call)
    if (!name || /^(?:send|fetch|post|request|emit|publish)$/i.test(name)) return undefined
    const asks = [...call.args, ...(call.callee.kind === 'member' ? chainArguments(call.callee.of) : [])]
    if (!asks.some(arg => this.#origins.isFromRecord(arg, frame))) return undefined
    const claims =
      /^(?:insert|create|claim|acquire|try|mark|lock|set(?:nx)?$|add|register|save|reserve)/i.test(name) ||
      this.#isInsert(call, frame)
    if (
      !claims &&
      !/find|get|exist|has|is[A-Z]|check|seen|count|select|query|execute|lookup|load|fetch|dup|already|processed|first|one|where|member|all|raw|run/i.test(
        name,
      )
    )
      return undefined
    return { call, frame, memory: 'durable', claims }
  }

  #isInsert(call: CallExpression, frame: Frame): boolean {
    const text = call.args[0] ? this.#evaluator.evaluate(call.args[0], frame) : undefined
    return text?.kind === 'constant' && typeof text.value === 'string' && /^\s*insert\b/i.test(text.value)
  }

  /** `seen.has(id)` of a Set of this process; a look-up not awaited cannot have asked a database. */
  #remembered(call: CallExpression, frame: Frame): Lookup | undefined {
    if (call.callee.kind !== 'member' || !call.args.some(arg => this.#origins.isFromRecord(arg, frame)))
      return undefined
    const { of, name } = call.callee
    const base = this.#evaluator.evaluate(of, frame)
    const lookup: Lookup = { call, frame, memory: 'in-memory', claims: false }
    if (/^(?:has|includes)$/.test(name))
      return isOwnCollection(base) &&
        outlives(of, frame) &&
        isFilled(of, base, frame) &&
        call.args.some(arg => this.#tellsRecords(arg, frame, 0))
        ? lookup
        : undefined
    const isQuestion =
      /^(?:is|has|was|did)?(?:Already)?(?:Processed|Seen|Handled|Duplicate|Known|Consumed)|^alreadyProcessed|^isDup|^seen$/i.test(
        name,
      )
    if (!isQuestion || this.#isAsync(call, frame)) return undefined
    return base.kind === 'instance' || base.kind === 'foreign' ? lookup : undefined
  }

  /** Something of the record beside where it was read: all records of a partition have its topic and number. */
  #tellsRecords(expression: Expression, frame: Frame, depth: number): boolean {
    const value = this.#evaluator.evaluate(expression, frame)
    if (value.kind === 'external' && whereabouts.test(value.type)) return false
    if (depth < 6 && expression.kind === 'template')
      return expression.values.some(part => this.#tellsRecords(part, frame, depth + 1))
    if (depth < 6 && expression.kind === 'binary')
      return (
        this.#tellsRecords(expression.left, frame, depth + 1) || this.#tellsRecords(expression.right, frame, depth + 1)
      )
    const [source, ...others] = expression.kind === 'name' ? (expression.binding?.sources ?? []) : []
    if (depth < 6 && source?.kind === 'expression' && others.length === 0 && expression.kind === 'name')
      return this.#tellsRecords(source.from, frameOf(frame, source.inside), depth + 1)
    return this.#origins.isFromRecord(expression, frame)
  }

  #isAsync(call: CallExpression, frame: Frame): boolean {
    const callee = this.#evaluator.evaluate(call.callee, frame)
    return callee.kind === 'closure' && callee.code.isAsync
  }
}

/** A Set or Map made here: by `new Set()`, or one whose making is not seen but which has no library behind it. */
function isOwnCollection(base: Value): boolean {
  return base.kind === 'external' && /^global:(?:Set|Map|WeakSet)#/.test(base.type)
}

/** `seen.add(id)` somewhere: a list of names that is written once remembers nothing. */
function isFilled(of: Expression, base: Value, { module }: Frame): boolean {
  const name = of.kind === 'member' || of.kind === 'name' ? of.name : undefined
  const modules = new Set([module, base.by?.frame.module ?? module])
  return [...modules].some(one =>
    one.calls.some(({ call: { callee } }) => {
      if (callee.kind !== 'member' || !/^(?:add|set|push|unshift)$/.test(callee.name)) return false
      return (callee.of.kind === 'member' || callee.of.kind === 'name') && callee.of.name === name
    }),
  )
}

/** Kept longer than one call of the handler. */
function outlives(expression: Expression, frame: Frame): boolean {
  if (expression.kind === 'member') return true
  return (
    expression.kind === 'name' &&
    expression.binding !== undefined &&
    (expression.binding.owner === undefined || expression.binding.owner !== frame.code)
  )
}

function unwrap(test: Expression): { expression: Expression; isNegated: boolean } {
  if (test.kind === 'other' && test.what === 'not' && test.parts[0]) {
    const inner = unwrap(test.parts[0])
    return { expression: inner.expression, isNegated: !inner.isNegated }
  }
  if (test.kind === 'cast') return unwrap(test.of)
  if (test.kind !== 'binary') return { expression: test, isNegated: false }
  const isNothing =
    test.right.kind === 'literal' &&
    (test.right.value === null ||
      test.right.value === undefined ||
      test.right.value === 0 ||
      test.right.value === false)
  if (/^===?$/.test(test.operator) && isNothing) {
    const inner = unwrap(test.left)
    return { expression: inner.expression, isNegated: !inner.isNegated }
  }
  if (/^!==?$/.test(test.operator) && isNothing) return unwrap(test.left)
  return { expression: test, isNegated: false }
}

function nameOf(call: CallExpression): string | undefined {
  if (call.callee.kind === 'member') return call.callee.name
  return call.callee.kind === 'name' ? call.callee.name : undefined
}

function chainArguments(expression: Expression): readonly Expression[] {
  if (expression.kind !== 'call') return []
  return [...expression.args, ...(expression.callee.kind === 'member' ? chainArguments(expression.callee.of) : [])]
}
