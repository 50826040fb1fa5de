/** Requests over HTTP: what a repeat of one does. */
import { readsByName } from '../../../facts/readingNames.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import { graphqlOperation, usesAnswer } from './answers.ts'
import { harmful, type KeyedValue, type OutputCall, repeatable, type Verdict } from './outputCall.ts'

/** @returns undefined where it only asks: a GET, a GraphQL query, `findPrices` that gives back what was answered */
export function judgeRequest(
  evaluator: Evaluator,
  { call, frame, type, isResultUsed }: OutputCall,
  name: string,
  properties: readonly KeyedValue[],
): Verdict | undefined {
  const written = /[.:](post|patch|put|delete)\(\)/.exec(type)?.[1] ?? methodIn(evaluator, properties)
  if (!written || /^(?:get|head|options)$/i.test(written)) return undefined
  if (/^(?:put|delete)$/i.test(written))
    return { name, idempotency: repeatable(`${written.toUpperCase()} sets the same again`) }
  const key = properties.find(property => /idempoten|request-?id|dedup/i.test(property.name))
  if (key) return { name, idempotency: { ...repeatable(`carries '${key.name}'`), carries: key.name } }
  const operation = graphqlOperation(evaluator, call, frame)
  if (operation === 'query') return undefined
  const isAnswered = operation === undefined && usesAnswer(call, frame, isResultUsed)
  // What is asked for may be too much for an address.
  if (isAnswered && frame.code?.name && readsByName(frame.code.name)) return undefined
  return { name: `${written.toUpperCase()} request`, isAnswered, idempotency: harmful('no idempotency key') }
}

function methodIn(evaluator: Evaluator, properties: readonly KeyedValue[]): string | undefined {
  const method = properties.find(({ name }) => name === 'method')
  const value = method && evaluator.evaluate(method.value, method.frame)
  return value?.kind === 'constant' ? String(value.value) : undefined
}
