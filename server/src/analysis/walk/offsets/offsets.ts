/** How a committed position is made from a record's offset: as it is, plus one, or `'41' + 1`. */
import type { CallExpression, Expression } from '../../../facts/code.ts'
import type { CommitRow } from '../../../facts/libraries/signals.ts'
import type { CommittedPosition } from '../../../facts/model.ts'
import { argumentsOf, frameOf, returnsOf } from '../../values/activations.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { Frame, Made } from '../../values/frames.ts'
import { placeOf, sourceText } from '../places.ts'

interface Form {
  readonly form: CommittedPosition['form']
  /** A number or a bigint: `+ 1` adds. */
  readonly isNumber: boolean
}

const notKnown: Form = { form: 'unknown', isNumber: false }

export class Offsets {
  readonly #evaluator: Evaluator

  constructor(evaluator: Evaluator) {
    this.#evaluator = evaluator
  }

  position(call: CallExpression, row: CommitRow, frame: Frame): CommittedPosition {
    const none = { at: placeOf(frame.module, call.nameAt), source: '', fixes: [] }
    if (row.offsetAt === 'none') return { ...none, form: 'none' }
    const found = call.args[0] ? this.#offsetOf(call.args[0], row.offsetAt, frame) : undefined
    if (!found) return { ...none, form: 'unknown' }
    const { form } = this.#form(found.expression, found.frame, 0)
    const { module } = found.frame
    const place = placeOf(module, found.expression)
    const source = sourceText(module, found.expression)
    return {
      at: place,
      form,
      source,
      fixes: this.#isMessage(found) ? messageFix(call, frame) : this.#fixes(form, found),
    }
  }

  /** What a commit is given, by name: the offset and the partition of the only position in its argument. */
  madeOf(
    argument: Expression,
    where: 'list' | 'topics' | 'object',
    frame: Frame,
  ): { offset: Made | undefined; partition: Made | undefined } {
    const offset = this.#offsetOf(argument, where, frame)
    return { offset, partition: this.#offsetOf(argument, where, frame, 'partition') }
  }

  #isMessage({ expression, frame }: Made): boolean {
    const value = this.#evaluator.evaluate(expression, frame)
    return value.kind === 'external' && /RdMessage#$/.test(value.type)
  }

  #fixes(form: CommittedPosition['form'], { expression, frame }: Made): CommittedPosition['fixes'] {
    const { module } = frame
    const base = form === 'text-plus-one' && expression.kind === 'binary' ? expression.left : expression
    if (form !== 'as-is' && form !== 'text-plus-one') return []
    const isNumber = form === 'as-is' && this.#form(base, frame, 0).isNumber
    const text = module.text.slice(base.start, base.end)
    const isShorthand =
      expression.kind === 'name' &&
      /[{,]\s*$/.test(module.text.slice(0, expression.start)) &&
      /^\s*[,}]/.test(module.text.slice(expression.end))
    const newText = `${isShorthand ? `${text}: ` : ''}${isNumber ? `${text} + 1` : module.fixes.offsetPlusOne(text)}`
    return [{ title: 'Commit the next offset', isSafe: true, edits: [{ at: placeOf(module, expression), newText }] }]
  }

  /** The expression that becomes the offset in the arguments of a commit. */
  #offsetOf(
    argument: Expression,
    where: 'list' | 'topics' | 'object',
    frame: Frame,
    name = 'offset',
  ): Made | undefined {
    if (where === 'topics') {
      for (const topic of this.#elements(this.#property(argument, frame, 'topics')))
        for (const partition of this.#elements(this.#property(topic.expression, topic.frame, 'partitions'))) {
          const found = this.#property(partition.expression, partition.frame, name)
          if (found) return found
        }
      return undefined
    }
    const whole = this.#evaluator.evaluate(argument, frame)
    if (whole.kind === 'external') return /RdMessage#$/.test(whole.type) ? { expression: argument, frame } : undefined
    for (const item of this.#elements({ expression: argument, frame })) {
      const found = this.#property(item.expression, item.frame, name)
      if (found) return found
    }
    return this.#property(argument, frame, name)
  }

  #property(expression: Expression, frame: Frame, name: string): Made | undefined {
    const value = this.#evaluator.evaluate(expression, frame)
    if (value.kind !== 'object') return undefined
    const property = value.expression.properties.find(one => one.name === name)
    return property ? { expression: property.value, frame: value.frame } : undefined
  }

  #elements(of: Made | undefined): Made[] {
    if (!of) return []
    const value = this.#evaluator.evaluate(of.expression, of.frame)
    const pushed = of.expression.kind === 'name' ? (of.expression.binding?.pushed ?? []) : []
    const items =
      value.kind === 'array' ? value.expression.items.map(expression => ({ expression, frame: value.frame })) : []
    return [
      ...items,
      ...pushed.flatMap(source =>
        source.kind === 'expression' ? [{ expression: source.from, frame: frameOf(of.frame, source.inside) }] : [],
      ),
    ]
  }

  #form(expression: Expression, frame: Frame, depth: number): Form {
    if (depth > 8) return notKnown
    const value = this.#evaluator.evaluate(expression, frame)
    if (value.kind === 'external' && /(?:Message|Record)#\.offset$|\.offset\.toString\(\)$/.test(value.type))
      return {
        form: 'as-is',
        isNumber: /(?:RdMessage#|Record#)\.offset$/.test(value.type) || /^@platformatic.*offset$/.test(value.type),
      }
    if (value.kind === 'external' && /RdMessage#$/.test(value.type)) return { form: 'as-is', isNumber: true }
    if (expression.kind === 'name') return this.#nameForm(expression, frame, depth)
    if (expression.kind === 'binary' && expression.operator === '+') return this.#sumForm(expression, frame, depth)
    if (expression.kind === 'template' && expression.values.length === 1 && expression.texts.every(text => text === ''))
      return { ...this.#form(expression.values[0] as Expression, frame, depth + 1), isNumber: false }
    if (expression.kind === 'cast' || expression.kind === 'await') return this.#form(expression.of, frame, depth + 1)
    if (expression.kind === 'other' && expression.what === 'unary') {
      const inner = this.#form(expression.parts[0] as Expression, frame, depth + 1)
      return { form: inner.form, isNumber: true }
    }
    return expression.kind === 'call' ? this.#callForm(expression, frame, depth) : notKnown
  }

  #nameForm(expression: Extract<Expression, { kind: 'name' }>, frame: Frame, depth: number): Form {
    const sources = expression.binding?.sources ?? []
    const [source] = sources
    if (!source || sources.length > 1) return notKnown
    if (source.kind === 'expression' && source.path.length === 0)
      return this.#form(source.from, frameOf(frame, source.inside), depth + 1)
    if (source.kind !== 'parameter' || source.path.length > 0) return notKnown
    const arg = frameOf(frame, expression.binding?.owner).args?.[source.index]
    return arg && !('value' in arg) && arg.path.length === 0
      ? this.#form(arg.expression, arg.frame, depth + 1)
      : notKnown
  }

  #sumForm(expression: Extract<Expression, { kind: 'binary' }>, frame: Frame, depth: number): Form {
    const left = this.#form(expression.left, frame, depth + 1)
    const step = this.#evaluator.evaluate(expression.right, frame)
    const isOne = step.kind === 'constant' && (step.value === 1 || step.value === 1n || step.value === '1')
    if (left === notKnown && isOne && this.#isText(expression.left, frame))
      return { form: 'text-plus-one', isNumber: false }
    if (left.form !== 'as-is' || !isOne) return notKnown
    return left.isNumber ? { form: 'plus-one', isNumber: true } : { form: 'text-plus-one', isNumber: false }
  }

  /** Wherever it comes from: a text is never added to. */
  #isText(expression: Expression, frame: Frame): boolean {
    return this.#evaluator.project.typeOf?.(frame.module, expression, frame.code)?.primitive === 'string'
  }

  #callForm(expression: CallExpression, frame: Frame, depth: number): Form {
    const callee = this.#evaluator.evaluate(expression.callee, frame)
    const first = expression.args[0]
    if (callee.kind === 'external' && /^global:(?:BigInt|Number|parseInt|Number\.parseInt)$/.test(callee.type) && first)
      return { form: this.#form(first, frame, depth + 1).form, isNumber: true }
    if (callee.kind === 'external' && callee.type === 'global:String' && first)
      return { form: this.#form(first, frame, depth + 1).form, isNumber: false }
    if (callee.kind === 'closure') {
      const inner = this.#evaluator.enter(callee, argumentsOf(expression, frame))
      const [returned] = returnsOf(callee.code)
      return returned ? this.#form(returned, inner, depth + 1) : notKnown
    }
    if (expression.callee.kind === 'member' && /^toString$|^toFixed$/.test(expression.callee.name))
      return { form: this.#form(expression.callee.of, frame, depth + 1).form, isNumber: false }
    return notKnown
  }
}

/** `consumer.commit(message)` takes the record's offset as it is; `commitMessage` adds one. */
function messageFix(call: CallExpression, frame: Frame): CommittedPosition['fixes'] {
  const { module } = frame
  const name = module.text.slice(call.nameAt.start, call.nameAt.end)
  const newText = name.replace(/^commit/, 'commitMessage')
  return [{ title: `Commit with ${newText}`, isSafe: true, edits: [{ at: placeOf(module, call.nameAt), newText }] }]
}
