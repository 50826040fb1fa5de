/** What an element of a list is: of one written out, of a library's, of one that is known by its type. */
import type { Expression } from '../../facts/code.ts'
import { derive } from '../../facts/libraries/types.ts'
import type { Evaluator } from './evaluator.ts'
import { anyOf, type Made, unknown, type Value } from './frames.ts'

/** Of a list written out, so many are looked at. */
const elementsMax = 32

export class Elements {
  readonly #evaluator: Evaluator
  /** `rows = [...rows, record]` holds itself. */
  readonly #lookedInto = new Set<Expression>()

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
  }

  /** @param step `[]`: any. `[2]`: the third. */
  at(value: Value, step: string): Value {
    const index = /^\[(\d+)\]$/.exec(step)?.[1]
    if (index === undefined || value.kind !== 'array') return this.element(value, undefined)
    const item = value.expression.items[Number(index)]
    return item ? this.#evaluator.evaluate(item, value.frame) : unknown
  }

  element(value: Value, by: Made | undefined): Value {
    if (value.kind === 'external')
      return { kind: 'external', type: derive(value.type, '[]'), by: by ?? value.by, call: value.call }
    if (value.kind === 'typed' && value.type.kind === 'array')
      return this.#evaluator.typeValue(value.type.args?.[0], value.module)
    const found = value.kind === 'array' ? this.#oneOf(value) : undefined
    return found ?? { kind: 'unknown', by: by ?? value.by }
  }

  #oneOf({ expression, frame }: Extract<Value, { kind: 'array' }>): Value | undefined {
    if (this.#lookedInto.has(expression)) return undefined
    this.#lookedInto.add(expression)
    const found = expression.items.slice(0, elementsMax).map(item => {
      const spread = item.kind === 'other' && item.what === 'spread' ? item.parts[0] : undefined
      const value = this.#evaluator.evaluate(spread ?? item, frame)
      return spread ? this.element(value, undefined) : value
    })
    this.#lookedInto.delete(expression)
    return anyOf(found)
  }
}
