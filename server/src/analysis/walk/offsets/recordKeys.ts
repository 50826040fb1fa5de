/** Keys made of what a record holds, told from those made of where it stands in the log. */
import type { Expression } from '../../../facts/code.ts'
import { isRecordType } from '../../../facts/libraries/types.ts'
import { returnsOf } from '../../values/activations.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { Frame, Made, Thunk } from '../../values/frames.ts'
import type { Origins } from '../../values/origins.ts'
import { sourceText } from '../places.ts'

/** Groups that keep the log's order in themselves and among each other, or belong to a partition: nothing is dealt anew. */
const keepsOrder = /partition|offset|topic|timestamp|\bindex\b|chunk|seq/i

/** What a record holds, as told from its number in a list. */
const contents = /Message#\.(?:key|value|headers)\b/

export class RecordKeys {
  readonly #origins: Origins

  constructor(origins: Origins) {
    this.#origins = origins
  }

  isOfRecord({ expression: key, frame }: Made): boolean {
    let isRecord = false
    let isOfLog = keepsOrder.test(frame.module.text.slice(key.start, key.end))
    this.#origins.visit(key, frame, {
      external: (type, expression) => {
        isRecord ||= contents.test(type) || (isField(key) && isRecordType(type))
        isOfLog ||= keepsOrder.test(type) || (expression.kind === 'name' && keepsOrder.test(expression.name))
      },
      call: ({ callee }) => {
        const name = callee.kind === 'member' || callee.kind === 'name' ? callee.name : ''
        isOfLog ||= keepsOrder.test(name)
      },
    })
    return isRecord && !isOfLog
  }

  /**
   * The key that `by` stands for where records of the list are dealt or sorted by it, as written; `undefined` where it is none
   * of the record's. A property's name, or a function.
   */
  ofList(by: Expression, list: Expression, frame: Frame, evaluator: Evaluator): string | undefined {
    const value = evaluator.evaluate(by, frame)
    if (value.kind === 'constant')
      return typeof value.value === 'string' && !keepsOrder.test(value.value) ? value.value : undefined
    if (value.kind !== 'closure' || value.code.isAsync) return undefined
    const element: Thunk = { expression: list, frame, path: ['[]'] }
    // A comparison is given two of them.
    const inner = evaluator.enter(
      value,
      value.code.parameters.map(() => element),
    )
    const keys = returnsOf(value.code)
    if (!keys.length || !keys.every(key => this.isOfRecord({ expression: key, frame: inner }))) return undefined
    const [only, ...others] = keys
    return only && others.length === 0 ? sourceText(inner.module, only, 40) : sourceText(frame.module, by, 40)
  }
}

/** `order.customer` of a list of orders that was made from the records. */
function isField(expression: Expression): boolean {
  if (expression.kind === 'cast') return isField(expression.of)
  return expression.kind === 'member' && expression.of.kind === 'name' && expression.of.binding !== undefined
}
