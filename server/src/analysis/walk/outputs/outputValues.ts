/** What a call of an output is given: properties by their names, the columns of a SQL text. */
import type { Expression } from '../../../facts/code.ts'
import { insertedColumns } from '../../../facts/libraries/sql.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { CallMade, Frame } from '../../values/frames.ts'
import { propertiesIn, textWithHoles } from '../../values/texts.ts'
import type { KeyedValue, OutputCall } from './outputCall.ts'

export class OutputValues {
  readonly #evaluator: Evaluator

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
  }

  *properties({ call, frame, made, type }: OutputCall): Generator<KeyedValue> {
    for (const arg of call.args) yield* propertiesIn(this.#evaluator, arg, frame)
    // `new Order({...}).save()`: what it was made of.
    if (made && type.endsWith('.save()'))
      for (const arg of made.expression.args) yield* propertiesIn(this.#evaluator, arg, made.frame)
    // Builders: `insert(t).values({...}).returning()`.
    let at: Expression = call.callee
    for (let depth = 0; depth < 6 && at.kind === 'member' && at.of.kind === 'call'; depth++) {
      for (const arg of at.of.args) yield* propertiesIn(this.#evaluator, arg, frame)
      at = at.of.callee
    }
  }

  /** A SQL text with ` ? ` for what is not known of it, and where it is written. */
  sql(
    call: OutputCall,
  ): { readonly expression: Expression; readonly frame: Frame; readonly text: string | undefined } | undefined {
    const { expression: made, frame } = isPrepared(call) ? call.made : { expression: call.call, frame: call.frame }
    const [expression] = made.args
    return expression && { expression, frame, text: textWithHoles(this.#evaluator, expression, frame) }
  }

  /** The values of an INSERT by the names of its columns, as far as its parameters are told from each other. */
  *columns(call: OutputCall): Generator<KeyedValue> {
    const { text } = this.sql(call) ?? {}
    if (text === undefined) return
    const parameters = this.#parameters(call)
    let next = 0
    for (const { name, value } of insertedColumns(text)) {
      const place = /^(?:\?|\$(\d+))$/.exec(value ?? '')
      const given = place ? parameters[place[1] ? Number(place[1]) - 1 : next++] : undefined
      if (given) yield { ...given, name }
    }
  }

  /** `query(sql, [a, b])`, `run(sql, a, b)`, `statement.run(a, b)`. */
  #parameters(call: OutputCall): Omit<KeyedValue, 'name'>[] {
    const { frame } = call
    const given = isPrepared(call) ? call.call.args : call.call.args.slice(1)
    const [first] = given
    const list = first && this.#evaluator.evaluate(first, frame)
    const from = list?.kind === 'array' ? list : { expression: { items: given }, frame }
    return from.expression.items.map(value => ({ value, nameAt: value, frame: from.frame }))
  }
}

function isPrepared(call: OutputCall): call is OutputCall & { readonly made: CallMade } {
  return call.made !== undefined && /(?:Statement(?:Sync)?#|\.prepare\(\))\.run\(\)$/.test(call.type)
}
