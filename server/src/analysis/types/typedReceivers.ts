/**
 * Receivers that syntax does not know, by what a type checker says of them: `db` of a company's own library, which
 * declares it as a `Pool` of pg; a parameter of type `Awaited<ReturnType<typeof connect>>`.
 *
 * Asked only for calls whose name is in a table of ours, on receivers that may be of a library: all others would answer nothing.
 */
import type { CallExpression, Expression } from '../../facts/code.ts'
import { outputRows } from '../../facts/libraries/outputs.ts'
import type { OutputTable } from '../../facts/libraries/outputTable.ts'
import { callRows } from '../../facts/libraries/signals.ts'
import { derive, importedType } from '../../facts/libraries/types.ts'
import type { TypeAnswer } from '../../facts/typeOracle.ts'
import type { Evaluator } from '../values/evaluator.ts'
import type { Frame, Value } from '../values/frames.ts'

type External = Extract<Value, { kind: 'external' }>

/** `orders.run({ eachMessage })`: what starts a consumer, whatever the receiver is. */
const startNames = new Set(['run', 'consume'])
const depthMax = 6

export class TypedReceivers {
  readonly #evaluator: Evaluator
  readonly #known: KnownTypes

  constructor(evaluator: Evaluator, table: OutputTable) {
    this.#evaluator = evaluator
    this.#known = knownTypes(table)
  }

  /** The callee of a call, refined where its receiver can be named. */
  callee({ callee, isNew }: CallExpression, value: Value, frame: Frame): Value {
    if (isNew || callee.kind !== 'member' || !this.#isOpen(value)) return value
    if (!this.#known.names.has(callee.name) && !startNames.has(callee.name)) return value
    const receiver = this.#receiver(callee.of, frame, 0)
    if (!receiver) return value
    return { kind: 'external', type: derive(receiver.type, `.${callee.name}`), by: receiver.by, call: receiver.call }
  }

  /** What nobody has seen made, or is of a library that no table knows. */
  #isOpen(value: Value): boolean {
    if (value.kind === 'unknown' || value.kind === 'typed') return true
    if (value.kind !== 'external' || value.type.startsWith('global:')) return false
    return !this.#known.libraries.has(libraryOf(`${value.type}()`))
  }

  #receiver(expression: Expression, frame: Frame, depth: number): External | undefined {
    const value = this.#evaluator.evaluate(expression, frame)
    if (!this.#isOpen(value)) return value.kind === 'external' ? value : undefined
    const { module, code } = frame
    const answer = this.#evaluator.project.typeOf?.(module, expression, code)
    const type = answer && this.#nameIn(answer)
    if (type !== undefined) return { kind: 'external', type, by: { expression, frame }, call: undefined }
    return depth < depthMax ? this.#inner(expression, frame, depth) : undefined
  }

  /** `db.insert(table)` is no type of the tables, but `db` is. */
  #inner(expression: Expression, frame: Frame, depth: number): External | undefined {
    if (expression.kind === 'await') return this.#receiver(expression.of, frame, depth + 1)
    if (expression.kind === 'member') {
      const of = this.#receiver(expression.of, frame, depth + 1)
      return of && { ...of, type: derive(of.type, `.${expression.name}`) }
    }
    if (expression.kind !== 'call' || expression.isNew || expression.callee.kind !== 'member') return undefined
    const of = this.#receiver(expression.callee.of, frame, depth + 1)
    if (!of) return undefined
    const type = derive(derive(of.type, `.${expression.callee.name}`), '()')
    return { kind: 'external', type, by: { expression, frame }, call: { expression, frame, receiver: of } }
  }

  #nameIn({ names }: TypeAnswer): string | undefined {
    return names
      .map(({ library, name }) => derive(importedType(library, name), '#'))
      .find(type => this.#known.types.has(type))
  }
}

interface KnownTypes {
  /** Names of calls that a table knows on some receiver. */
  readonly names: ReadonlySet<string>
  readonly types: ReadonlySet<string>
  readonly libraries: ReadonlySet<string>
}

const consumers = ['kafkajs', '@confluentinc/kafka-javascript', '@platformatic/kafka'].map(
  library => `${library}:Consumer#`,
)

function knownTypes(table: OutputTable): KnownTypes {
  let known = cache.get(table)
  if (!known) {
    const calls = [...table.calls, ...Object.keys(callRows)].filter(call => !call.startsWith('global:'))
    const types = calls.map(call => /^([^#()*]+(?:#|(?=\.)))/.exec(call)?.[1] ?? '')
    known = {
      names: new Set(calls.flatMap(call => [...call.matchAll(/\.([\w$]+)\(\)/g)].map(match => match[1] as string))),
      types: new Set([...types, ...consumers].filter(type => type !== '')),
      // Not those of a team's own rows: what else such a library gives may well be something known.
      libraries: new Set([...outputRows.map(({ call }) => call), ...Object.keys(callRows)].map(libraryOf)),
    }
    cache.set(table, known)
  }
  return known
}

function libraryOf(call: string): string {
  return call.slice(0, call.lastIndexOf(':', call.indexOf('(')))
}

const cache = new WeakMap<OutputTable, KnownTypes>()
