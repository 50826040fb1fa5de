/** The transaction handle as a stepped handler gets it: the same object to the handler, except that its writes are noted. */
import { isUtf8 } from 'node:buffer'
import { recordTextMax } from '../protocol.ts'
import { currentHandling, noteOutput, type SeenOutput, unseen } from './outputs.ts'
import { isWriting, sqlAgain } from './sqlAgain.ts'

/**
 * Knows handles by how they are called: `run(sql, ...)`, `query(sql, ...)` with the statement first; `send(...records)` with records.
 * Anything else that is called counts as one output by its name.
 */
export function seenTransaction<T extends object>(tx: T): T {
  return new Proxy(tx, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return (...parameters: unknown[]): unknown => {
        const call = () => Reflect.apply(value, target, parameters)
        const [first] = parameters
        if (name === 'send' && isOutgoing(first))
          return sendNoted(parameters as Outgoing[], {
            isInTransaction: true,
            send: call,
            nothing: () => Promise.resolve(),
          })
        if (typeof first !== 'string') return noteOutput(unnamed(String(name), parameters), call, () => 1)
        if (!isWriting(first)) return unseen(call)
        return noteOutput({ ...sqlOutput(first, parameters.slice(1)), isInTransaction: true }, call, rowsOf)
      }
    },
  })
}

export interface Outgoing {
  readonly topic: string
  readonly key?: unknown
  readonly value?: unknown
}

function isOutgoing(value: unknown): value is Outgoing {
  return typeof value === 'object' && value !== null && 'topic' in value && typeof value.topic === 'string'
}

/**
 * Each record is an output of its own. While outputs are recorded only, nothing is sent.
 * @param nothing what a send that was kept from happening answers
 */
export function sendNoted(
  records: readonly Outgoing[],
  { isInTransaction, send, nothing }: { isInTransaction: boolean; send(): unknown; nothing(): unknown },
): unknown {
  const here = currentHandling()
  const note = (error?: string) => {
    for (const record of records)
      here?.log.add({ ...recordOutput(record), isInTransaction, rows: 1 }, here.record, error)
  }
  if (here?.kind === 'recorded') {
    note()
    return nothing()
  }
  const outcome = unseen(send)
  if (outcome instanceof Promise)
    outcome.then(
      () => note(),
      error => note(error instanceof Error ? error.message : String(error)),
    )
  else note()
  return outcome
}

/** A record to be produced, as an output. Without an idempotency key a second one is a second record. */
export function recordOutput({ topic, key, value }: Outgoing): Omit<SeenOutput, 'rows' | 'isInTransaction'> {
  return { kind: 'record', target: topic, values: [shown(key), shown(value)], again: 'adds' }
}

export function sqlOutput(sql: string, parameters: readonly unknown[]): Omit<SeenOutput, 'rows' | 'isInTransaction'> {
  const values = parameters.length === 1 && Array.isArray(parameters[0]) ? parameters[0] : parameters
  return {
    kind: 'sql',
    target: sql.slice(0, recordTextMax),
    values: values.slice(0, 100).map(shown),
    again: sqlAgain(sql),
  }
}

function unnamed(name: string, parameters: readonly unknown[]): Omit<SeenOutput, 'rows'> {
  return {
    kind: 'sql',
    target: name,
    values: parameters.slice(0, 100).map(shown),
    again: 'unknown',
    isInTransaction: true,
  }
}

/** What a store says it changed: SQLite `changes`, PostgreSQL `rowCount`; anything else counts as one. */
export function rowsOf(outcome: unknown): number {
  if (typeof outcome !== 'object' || outcome === null) return 1
  const rows = 'changes' in outcome ? outcome.changes : 'rowCount' in outcome ? outcome.rowCount : 1
  const count = Number(rows)
  return Number.isFinite(count) ? count : 1
}

const shownMax = 500

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  const text = value instanceof Uint8Array ? shownBytes(value) : typeof value === 'object' ? json(value) : String(value)
  return text.slice(0, shownMax)
}

function shownBytes(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, shownMax))
  return isUtf8(head) ? head.toString() : `0x${head.toString('hex')}`
}

function json(value: object): string {
  try {
    return (
      JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? `${each}` : each)) ?? String(value)
    )
  } catch {
    return String(value)
  }
}

/** What a handler is given, with its transaction handle watched. */
export function withSeenTransaction<Extra extends object>(extra: Extra): Extra {
  if (!('tx' in extra) || typeof extra.tx !== 'object' || extra.tx === null) return extra
  return { ...extra, tx: seenTransaction(extra.tx) }
}
