/** Which of its values identify an output, so that a repeat finds it again, and which are made anew each time. */
import type { Expression } from '../../../facts/code.ts'
import { insertedColumns } from '../../../facts/libraries/sql.ts'
import type { FreshValue, Idempotency, OutputKind } from '../../../facts/model.ts'
import { recordKeyFix } from '../../fixes/handlerFixes.ts'
import type { Evaluator } from '../../values/evaluator.ts'
import type { Frame } from '../../values/frames.ts'
import { type FreshSource, freshSource } from '../../values/fresh.ts'
import type { Origins } from '../../values/origins.ts'
import { propertiesIn } from '../../values/texts.ts'
import { uniqueKeys } from './entityKeys.ts'
import { harmful, type KeyedValue, type OutputCall } from './outputCall.ts'
import type { OutputValues } from './outputValues.ts'

/** Names of properties that identify an event, so that a unique key on them makes a repeat fail or overwrite. */
const identity =
  /^(?:_?id|(?:event|message|msg|record|dedupe?|idempotency|transaction|request)[_-]?(?:id|key|uuid|token)|uuid|offset|kafka_?offset|.*idempotency.*|.*dedup.*)$/i

export interface Judged {
  readonly idempotency: Idempotency
  readonly freshKeys: readonly FreshValue[]
}

const freshMax = 4

export class OutputKeys {
  readonly #evaluator: Evaluator
  readonly #origins: Origins
  readonly #values: OutputValues

  constructor(evaluator: Evaluator, origins: Origins, values: OutputValues) {
    this.#evaluator = evaluator
    this.#origins = origins
    this.#values = values
  }

  /** A property that identifies the event and comes from the record; or several that together are unique. */
  identity(call: OutputCall): string | undefined {
    const properties = [...this.#values.properties(call)]
    const named = properties.find(property => identity.test(property.name) && this.#isGiven(property))
    if (named) return named.name
    const keys = properties.length > 0 ? uniqueKeys(this.#evaluator, call.call, call.frame) : []
    const names = new Set(
      keys.length > 0 ? properties.filter(one => this.#isGiven(one)).map(({ name }) => plain(name)) : [],
    )
    return keys.find(columns => columns.every(column => names.has(plain(column))))?.join(', ')
  }

  /** A repeat does no harm by finding what is there; with a key that is another one each time it finds nothing. */
  judge(call: OutputCall, kind: OutputKind, idempotency: Idempotency): Judged {
    if (idempotency.verdict !== 'repeatable')
      return { idempotency, freshKeys: this.#freshAmong(call, this.#keys(call, kind)) }
    const found = this.#finding(call, kind, idempotency)
    if (found) {
      const freshKeys = this.#freshIn(found)
      const anew = freshKeys.find(key => !key.isDefault)
      return { idempotency: anew ? madeAnew(anew) : idempotency, freshKeys }
    }
    // By which columns is not said: by the record's own where there are some.
    const keys = this.#keys(call, kind)
    const isOwn = this.identity(call) !== undefined || keys.some(key => this.#isGiven(key))
    const freshKeys = isOwn ? [] : this.#freshAmong(call, keys)
    const anew = stored.test(kind) && freshKeys.find(key => !key.isDefault)
    return { idempotency: anew ? madeAnew(anew) : idempotency, freshKeys }
  }

  /** What may be found again is another one: ids among all that is given. */
  #freshAmong(call: OutputCall, keys: readonly KeyedValue[]): FreshValue[] {
    // What is only changed or removed is not made again under another id.
    if (/\.(?:update|updateMany|delete|deleteMany|remove|destroy)\(\)/.test(call.type)) return []
    return this.#freshIn(keys)
  }

  #keys(call: OutputCall, kind: OutputKind): KeyedValue[] {
    return [...this.#values.properties(call), ...this.#values.columns(call)].filter(({ name }) => isKeyName(name, kind))
  }

  #isGiven({ value, frame }: KeyedValue): boolean {
    return this.#origins.isFromRecord(value, frame) && !freshSource(this.#origins, value, frame)
  }

  #freshIn(values: readonly KeyedValue[]): FreshValue[] {
    const found: FreshValue[] = []
    for (const { name, value, frame } of values) {
      const fresh = found.length < freshMax ? freshSource(this.#origins, value, frame) : undefined
      if (!fresh || found.some(one => one.at.range.start.line === fresh.at.range.start.line)) continue
      const { at, source, isDefault = false } = fresh
      found.push({ at, source, into: name, isDefault, fixes: keyFixes(value, fresh) })
    }
    return found
  }

  /** The values by which the output finds what is there; `undefined` where the call does not say which they are. */
  #finding(call: OutputCall, kind: OutputKind, { carries }: Idempotency): readonly KeyedValue[] | undefined {
    if (carries !== undefined) return this.#named(call, [carries])
    const { args } = call.call
    const place = kind === 'http' ? 'url' : kind === 'file' ? 'path' : undefined
    if (place) return this.#first(call, place)
    if (kind === 'cache' && /\.(?:p?set(?:ex|nx)?|hm?set)\(\)$/i.test(call.type)) return this.#first(call, 'key')
    if (/\.findById(?:AndUpdate|AndReplace)\(\)$/.test(call.type)) return this.#first(call, '_id')
    if (/^(?:mongodb|mongoose):.*\.(?:update(?:One|Many)|replaceOne|findOneAnd(?:Update|Replace))\(\)$/.test(call.type))
      return args[0] && [...propertiesIn(this.#evaluator, args[0], call.frame)]
    if (/^@prisma\/client:.*\.upsert\(\)$/.test(call.type)) return this.#where(call)
    const columns = this.#conflictColumns(call)
    return columns && this.#named(call, columns)
  }

  #first({ call, frame }: OutputCall, name: string): KeyedValue[] | undefined {
    const [value] = call.args
    return value && [{ name, value, nameAt: value, frame }]
  }

  #where({ call, frame }: OutputCall): KeyedValue[] | undefined {
    const given = call.args[0] && this.#evaluator.evaluate(call.args[0], frame)
    const where =
      given?.kind === 'object' ? given.expression.properties.find(({ name }) => name === 'where') : undefined
    return where && given?.kind === 'object' ? [...propertiesIn(this.#evaluator, where.value, given.frame)] : undefined
  }

  #named(call: OutputCall, columns: readonly string[]): KeyedValue[] {
    const names = new Set(columns.map(plain))
    return [...this.#values.properties(call), ...this.#values.columns(call)].filter(({ name }) =>
      names.has(plain(name)),
    )
  }

  /** `ON CONFLICT (id)`, `.onConflict('id')`, `.onConflictDoNothing({ target: orders.id })`, `upsert(order, ['id'])`. */
  #conflictColumns(call: OutputCall): readonly string[] | undefined {
    const written = /on\s+conflict\s*\(([^)]*)\)/i.exec(this.#values.sql(call)?.text ?? '')?.[1]
    if (written !== undefined) return written.split(',').map(column => column.trim().replace(/["'`]/g, ''))
    const { frame } = call
    if (/^typeorm:.*\.upsert\(\)$/.test(call.type)) return this.#columnNames(call.call.args[1], frame)
    for (let at: Expression = call.call; at.kind === 'call' && at.callee.kind === 'member'; at = at.callee.of)
      if (at.callee.name.startsWith('onConflict')) return this.#columnNames(at.args[0], frame)
    return undefined
  }

  #columnNames(expression: Expression | undefined, frame: Frame): readonly string[] | undefined {
    const value = expression && this.#evaluator.evaluate(expression, frame)
    if (value?.kind === 'constant') return typeof value.value === 'string' ? [value.value] : undefined
    if (value?.kind === 'array') {
      const names = value.expression.items.map(item => this.#columnNames(item, value.frame)?.[0])
      return names.every(name => name !== undefined) ? names : undefined
    }
    if (value?.kind === 'object') {
      const target = value.expression.properties.find(({ name }) => name === 'target' || name === 'conflictPaths')
      return target && this.#columnNames(target.value, value.frame)
    }
    return expression?.kind === 'member' ? [expression.name] : undefined
  }
}

/** Where a row, a document or a value is kept. */
const stored = /^(?:database|document|cache|store|custom)$/

function madeAnew({ into }: FreshValue): Idempotency {
  return { ...harmful(`'${into}' is another one each time`), isByFreshKey: true }
}

/** `event_id` in the database is `eventId` in the code. */
function plain(column: string): string {
  return column.replaceAll('_', '').toLowerCase()
}

type Column = ReturnType<typeof insertedColumns>[number]

/** What an INSERT writes into columns by which a row is found again. */
export function keysOf(text: string): Column[] {
  return insertedColumns(text).filter(({ name }) => identity.test(name))
}

/** By the database, as `gen_random_uuid()`: another one each time. */
export function isMadeAnew({ value }: Column): boolean {
  return value?.includes('(') ?? false
}

/** Only where the new value is the whole key, in the handler's own text. */
function keyFixes(value: Expression, { made, frame, isDefault }: FreshSource): FreshValue['fixes'] {
  if (isDefault) return made.kind === 'call' ? recordKeyFix(frame, made) : []
  const [source, ...others] = value.kind === 'name' ? (value.binding?.sources ?? []) : []
  const isWhole = value === made || (source?.kind === 'expression' && source.from === made && others.length === 0)
  return isWhole ? recordKeyFix(frame, made) : []
}

/** Keys by which an output is found again; ids that only trace a request are none. */
function isKeyName(name: string, kind: OutputKind): boolean {
  if (/trace|span|correlation|session|request|client/i.test(name)) return false
  if (name === 'key') return kind === 'produce' || kind === 'cache' || kind === 'queue' || kind === 'custom'
  return /^(?:_?id|uuid|.*(?:[a-z]Id|_id|[a-z]Key|_key))$/.test(name)
}
