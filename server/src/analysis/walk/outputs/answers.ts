/** Requests that may only ask: what comes back is used for what follows. */
import { childrenOf } from '../../../facts/calls.ts'
import type { CallExpression, Expression, Statement } from '../../../facts/code.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { Frame } from '../../values/frames.ts'
import { propertiesIn, textWithHoles } from '../../values/texts.ts'
import { sourceText } from '../places.ts'
import { isLog } from '../shapes.ts'

/** What of a response is its answer; its status is none. */
const parts = /^(?:data|body|json|text|blob|arrayBuffer|formData)$/

/** Said of what is only asked. */
const asking =
  /search|query|queries|graphql|validat|verif|check|lookup|token|oauth|predict|classif|translat|estimat|calculat|quote|preview|geocod|scor(?:e|ing)|embedding|completion|simulat/i

const namesMax = 4

/**
 * `const { valid } = await response.json(); if (!valid) return`
 *
 * Not where it is only logged, or told by an error; nor where a function gives it back to somebody who drops it.
 */
export function usesAnswer(call: CallExpression, { module, code }: Frame, isResultUsed: boolean): boolean {
  return new Answer(call, isResultUsed).isUsedIn(code?.body ?? module.body)
}

/** By the words of its address, or of the name for it. */
export function soundsLikeAsking(evaluator: Evaluator, { args: [first] }: CallExpression, frame: Frame): boolean {
  if (!first) return false
  const written = textWithHoles(evaluator, first, frame)
  return asking.test(written?.replace(/ \? /g, '') || sourceText(frame.module, first, 80))
}

/** @returns undefined where it is no GraphQL, or its text is not known */
export function graphqlOperation(
  evaluator: Evaluator,
  { args }: CallExpression,
  frame: Frame,
): 'query' | 'mutation' | undefined {
  for (const arg of args)
    for (const { name, value, frame: own } of propertiesIn(evaluator, arg, frame)) {
      const text = name === 'query' ? graphqlText(evaluator, value, own) : undefined
      const [match, word] = /^(?:\s|#[^\n]*\n)*(?:(query|mutation)\b[^{]*)?\{/.exec(text ?? '') ?? []
      if (match !== undefined) return word === 'mutation' ? 'mutation' : 'query'
    }
  return undefined
}

/** ``gql`query { … }` `` as well. */
function graphqlText(evaluator: Evaluator, expression: Expression, frame: Frame): string | undefined {
  const value = evaluator.evaluate(expression, frame)
  const tagged =
    value.kind === 'external' && /(?:gql|graphql|graphql-tag:|parse)\(\)$/.test(value.type) ? value.call : undefined
  const [text] = tagged?.expression.args ?? []
  return tagged && text ? textWithHoles(evaluator, text, tagged.frame) : textWithHoles(evaluator, expression, frame)
}

class Answer {
  readonly #call: CallExpression
  readonly #isResultUsed: boolean

  constructor(call: CallExpression, isResultUsed: boolean) {
    this.#call = call
    this.#isResultUsed = isResultUsed
  }

  isUsedIn(body: readonly Statement[]): boolean {
    return body.some(statement => {
      switch (statement.kind) {
        case 'do':
          return this.#isUsed(statement.expression)
        case 'return':
          if (!statement.value) return false
          return this.#isRead(statement.value) ? this.#isResultUsed : this.#isUsed(statement.value)
        case 'if':
          return this.#isUsed(statement.test) || this.isUsedIn([...statement.whenTrue, ...statement.whenFalse])
        case 'switch':
          return this.#isUsed(statement.on) || statement.cases.some(one => this.isUsedIn(one.body))
        case 'loop':
          return [statement.over, statement.test].some(one => one && this.#isUsed(one)) || this.isUsedIn(statement.body)
        case 'try':
          return this.isUsedIn([...statement.block, ...(statement.handler?.body ?? []), ...(statement.cleanup ?? [])])
        case 'block':
          return this.isUsedIn(statement.body)
        default:
          return false
      }
    })
  }

  #isUsed(expression: Expression): boolean {
    if (expression.kind === 'call' && isLog(expression)) return false
    // A name for it is no use of it yet.
    if (expression.kind === 'assign' && expression.target.kind !== 'member' && this.#isRead(expression.value))
      return false
    if (this.#isBody(expression, 0)) return true
    return childrenOf(expression).some(child => this.#isUsed(child))
  }

  /** The response, or its answer, as a whole. */
  #isRead(expression: Expression): boolean {
    return this.#isResponse(expression, 0) || this.#isBody(expression, 0)
  }

  #isResponse(expression: Expression, names: number): boolean {
    if (expression === this.#call) return !isReading(this.#call)
    switch (expression.kind) {
      case 'await':
      case 'cast':
        return this.#isResponse(expression.of, names)
      case 'call':
        return isWaiting(expression) && expression.args[0] !== undefined && this.#isResponse(expression.args[0], names)
      case 'name':
        return this.#isNamed(expression, names, (from, path) => path.length === 0 && this.#isResponse(from, names + 1))
      default:
        return false
    }
  }

  #isBody(expression: Expression, names: number): boolean {
    if (expression === this.#call) return isReading(this.#call)
    switch (expression.kind) {
      case 'await':
      case 'cast':
        return this.#isBody(expression.of, names)
      case 'member':
        return (
          (parts.test(expression.name) && this.#isResponse(expression.of, names)) || this.#isBody(expression.of, names)
        )
      case 'call': {
        const { callee } = expression
        if (callee.kind !== 'member') return false
        // `fetch(…).then(response => response.json())`
        return this.#isBody(callee, names) || (callee.name === 'then' && this.#isResponse(callee.of, names))
      }
      case 'name':
        return this.#isNamed(expression, names, (from, [step]) =>
          step !== undefined && this.#isResponse(from, names + 1) ? parts.test(step) : this.#isBody(from, names + 1),
        )
      default:
        return false
    }
  }

  #isNamed(
    { binding }: Extract<Expression, { kind: 'name' }>,
    names: number,
    is: (from: Expression, path: readonly string[]) => boolean,
  ): boolean {
    if (names > namesMax) return false
    return binding?.sources.some(source => source.kind === 'expression' && is(source.from, source.path)) === true
  }
}

/** `got.post(…).json()` */
function isReading({ callee }: CallExpression): boolean {
  return callee.kind === 'member' && parts.test(callee.name)
}

/** `firstValueFrom(http.post(…))` */
function isWaiting({ callee }: CallExpression): boolean {
  return callee.kind === 'name' && /^(?:first|last)ValueFrom$/.test(callee.name)
}
