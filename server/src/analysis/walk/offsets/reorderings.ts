/** Records of a batch put into another order than the log's, or picked out of it by what a loop around goes through. */
import type { Binding, CallExpression, Expression, FunctionCode } from '../../../facts/code.ts'
import type { Regrouping } from '../../../facts/model.ts'
import { frameOf, returnsOf } from '../../values/activations.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { Frame } from '../../values/frames.ts'
import type { Origins } from '../../values/origins.ts'
import { isWithin } from '../calls.ts'
import { placeOf, sourceText } from '../places.ts'
import { isSorting, lodashName } from './lodash.ts'
import { RecordKeys } from './recordKeys.ts'

export class Reorderings {
  readonly #evaluator: Evaluator
  readonly #origins: Origins
  readonly #keys: RecordKeys

  constructor(evaluator: Evaluator, origins: Origins) {
    this.#evaluator = evaluator
    this.#origins = origins
    this.#keys = new RecordKeys(origins)
  }

  /** `sortBy(batch.messages, 'key')`, `batch.messages.toSorted((a, b) => …)`. */
  sorted(call: CallExpression, frame: Frame): Regrouping | undefined {
    const { callee, args } = call
    if (callee.kind === 'member' && isSort(callee.name)) return this.#sortedBy(callee.of, args[0], call, frame)
    const value = this.#evaluator.evaluate(callee, frame)
    if (value.kind !== 'external' || !isSorting(lodashName(value.type))) return undefined
    const [list, by] = args
    return list && this.#sortedBy(list, by?.kind === 'array' ? by.items[0] : by, call, frame)
  }

  /** `const messages = [...batch.messages]`, and somewhere `messages.sort((a, b) => …)`. */
  sortedInPlace(binding: Binding, frame: Frame): Regrouping | undefined {
    const home = frameOf(frame, binding.owner)
    for (const { call, inside } of home.module.calls) {
      const { callee } = call
      if (callee.kind !== 'member' || callee.name !== 'sort' || !isName(callee.of, binding)) continue
      if (!binding.owner || (inside && isWithin(inside, binding.owner)))
        return this.#sortedBy(callee.of, call.args[0], call, frameOf(home, inside))
    }
    return undefined
  }

  #sortedBy(list: Expression, by: Expression | undefined, call: CallExpression, frame: Frame): Regrouping | undefined {
    if (!by || !this.#origins.isFromRecord(list, frame)) return undefined
    const key = this.#keys.ofList(by, list, frame, this.#evaluator)
    return key === undefined ? undefined : { at: placeOf(frame.module, call.nameAt), how: 'sorted', key }
  }

  /** `batch.messages.filter(message => message.key === key)` in a loop over keys. */
  picked({ callee, args: [test], nameAt }: CallExpression, frame: Frame): Regrouping | undefined {
    if (callee.kind !== 'member' || callee.name !== 'filter' || !test) return undefined
    const made = this.#evaluator.evaluate(test, frame)
    if (made.kind !== 'closure' || !this.#origins.isFromRecord(callee.of, frame)) return undefined
    const [compared] = returnsOf(made.code)
    if (compared?.kind !== 'binary' || !/^===?$/.test(compared.operator)) return undefined
    const inner = this.#evaluator.enter(made, [{ expression: callee.of, frame, path: ['[]'] }])
    const { left, right } = compared
    for (const [key, other] of [
      [left, right],
      [right, left],
    ] as const)
      if (isLooped(other, made.code, frame) && this.#keys.isOfRecord({ expression: key, frame: inner }))
        return { at: placeOf(frame.module, nameAt), how: 'picked', key: sourceText(inner.module, key, 40) }
    return undefined
  }
}

function isSort(name: string): boolean {
  return name === 'sort' || name === 'toSorted'
}

/** What a loop outside of the function goes through, one after the other. */
function isLooped(expression: Expression, inside: FunctionCode, frame: Frame): boolean {
  const binding = expression.kind === 'name' ? expression.binding : undefined
  if (!binding || binding.owner === inside) return false
  return binding.sources.some(source => {
    if (source.kind === 'expression') return source.path[0] === '[]'
    const arg = source.kind === 'parameter' ? frameOf(frame, binding.owner).args?.[source.index] : undefined
    return arg !== undefined && !('value' in arg) && arg.path[0] === '[]'
  })
}

function isName(expression: Expression, binding: Binding): boolean {
  return expression.kind === 'name' && expression.binding === binding
}
