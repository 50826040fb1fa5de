/** Keys by which what an output writes is found again. */
import type { Expression } from '../../facts/code.ts'
import { insertedColumns } from '../../facts/libraries/sql.ts'
import type { FreshValue, OutputKind } from '../../facts/model.ts'
import { recordKeyFix } from '../fixes/handlerFixes.ts'
import type { FreshSource } from '../values/fresh.ts'

/** Names of properties that identify an event, so that a unique key on them makes a repeat fail or overwrite. */
export const identity =
  /^(?:_?id|(?:event|message|msg|record|dedupe?|idempotency|transaction|request)[_-]?(?:id|key|uuid|token)|uuid|offset|kafka_?offset|.*idempotency.*|.*dedup.*)$/i

/** `event_id` in the database is `eventId` in the code. */
export function plain(column: string): string {
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
export function keyFixes(value: Expression, { made, frame, isDefault }: FreshSource): FreshValue['fixes'] {
  if (isDefault) return made.kind === 'call' ? recordKeyFix(frame, made) : []
  const [source, ...others] = value.kind === 'name' ? (value.binding?.sources ?? []) : []
  const isWhole = value === made || (source?.kind === 'expression' && source.from === made && others.length === 0)
  return isWhole ? recordKeyFix(frame, made) : []
}

/** Keys by which an output is found again; ids that only trace a request are none. */
export function isKeyName(name: string, kind: OutputKind): boolean {
  if (/trace|span|correlation|session|request|client/i.test(name)) return false
  if (name === 'key') return kind === 'produce' || kind === 'cache' || kind === 'queue' || kind === 'custom'
  return /^(?:_?id|uuid|.*(?:[a-z]Id|_id|[a-z]Key|_key))$/.test(name)
}
