/** Where a pipeline of `@tidemark/runtime` keeps its offsets, as far as the code says it. */
import { dirname, join } from 'node:path'
import type { StoreInfo } from '../../../protocol.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { Made, Value } from '../../values/frames.ts'
import { propertyOf } from '../../values/options.ts'
import { sourceText } from '../../walk/places.ts'

const factories = /^@tidemark\/runtime\/stores\/(\w+):\1\(\)$/
const joins = /^(?:node:)?path:(?:default\.|posix\.)?(?:join|resolve)\(\)$/
const environment = /^global:process\.env\.(\w+)$/
const hereTexts = new Set(['import.meta.dirname', '__dirname'])
/** Options that say where a store is; others (SQL, timeouts) do not matter to who looks for it. */
const settingNames = ['host', 'port', 'user', 'password', 'database', 'connectionString', 'root']

/** @param guarantee - `transactional(store)`, `idempotent(store)`, `atLeastOnce({ store })`. @returns `undefined` for Kafka itself. */
export function storeOf(evaluator: Evaluator, guarantee: Value | undefined): StoreInfo | undefined {
  const inner = firstArgument(guarantee)
  if (!inner) return undefined
  const given = evaluator.evaluate(inner.expression, inner.frame)
  const named = propertyOf(evaluator, given, 'store')
  const store = named ? evaluator.evaluate(named.expression, named.frame) : given
  const kind = store.kind === 'external' ? factories.exec(store.type)?.[1] : undefined
  if (kind === undefined || store.kind !== 'external' || !store.call) return undefined
  const { expression, frame } = store.call
  const [first, second] = expression.args
  return {
    kind,
    source: sourceText(frame.module, expression),
    ...(first ? placeOfStore(evaluator, { expression: first, frame }) : {}),
    settings: Object.assign(
      {},
      ...[first, second].map(part => (part ? settingsOf(evaluator, { expression: part, frame }) : {})),
    ),
  }
}

function firstArgument(value: Value | undefined): Made | undefined {
  const call = value?.kind === 'external' ? value.call : undefined
  const [expression] = call?.expression.args ?? []
  return call && expression ? { expression, frame: call.frame } : undefined
}

function placeOfStore(evaluator: Evaluator, made: Made): Pick<StoreInfo, 'place' | 'environment'> {
  const value = evaluator.evaluate(made.expression, made.frame)
  if (value.kind === 'constant' && typeof value.value === 'string')
    return { place: value.value, ...defaultOf(value.by) }
  if (value.kind !== 'external') return {}
  const variable = environment.exec(value.type)?.[1]
  if (variable !== undefined) return { environment: variable }
  const parts = value.call && joins.test(value.type) ? value.call.expression.args : []
  const texts = parts.map(part => partText(evaluator, { expression: part, frame: value.call?.frame ?? made.frame }))
  return texts.length > 0 && texts.every(text => text !== undefined) ? { place: join(...texts) } : {}
}

/** `process.env.DATABASE ?? 'totals.db'`: the text is what counts unless the variable is set. */
function defaultOf({ expression, frame }: Made): Pick<StoreInfo, 'environment'> {
  const before = frame.module.text.slice(Math.max(0, expression.start - 200), expression.start)
  const variable = /\bprocess\.env\.(\w+)\s*(?:\?\?|\|\|)\s*$/.exec(before)?.[1]
  return variable === undefined ? {} : { environment: variable }
}

/** A part of a joined path; the folder of the code itself is known. */
function partText(evaluator: Evaluator, { expression, frame }: Made): string | undefined {
  if (hereTexts.has(sourceText(frame.module, expression))) return dirname(frame.module.path)
  const value = evaluator.evaluate(expression, frame)
  return value.kind === 'constant' && typeof value.value === 'string' ? value.value : undefined
}

function settingsOf(evaluator: Evaluator, made: Made): Record<string, string> {
  const object = evaluator.evaluate(made.expression, made.frame)
  const found: Record<string, string> = {}
  for (const name of settingNames) {
    const property = propertyOf(evaluator, object, name)
    const value = property && evaluator.evaluate(property.expression, property.frame)
    if (value?.kind === 'constant' && (typeof value.value === 'string' || typeof value.value === 'number'))
      found[name] = String(value.value)
  }
  return found
}
