/** A store named on the command line. */
import { statSync } from 'node:fs'
import { bug } from '../errors.ts'
import { type StoreAddress, storeAt } from '../monitor/stored/storeAt.ts'
import type { OffsetStore } from '../stores/store.ts'
import { UsageError } from './command.ts'

export const storeHelp = `  --store STORE            where the pipeline keeps its offsets:
                             totals.db or sqlite:totals.db     a SQLite file
                             ./offsets or checkpoint:./offsets a checkpoint directory
                             postgres://user@host:5432/shop    a PostgreSQL database
                             zookeeper:host:2181               ZooKeeper`

const forms: readonly (readonly [form: RegExp, kind: string])[] = [
  [/^sqlite:(.+)$/, 'sqlite'],
  [/^checkpoint:(.+)$/, 'checkpoint'],
  [/^(postgres(?:ql)?:\/\/.+)$/, 'postgres'],
  [/^zookeeper:(.+)$/, 'zookeeper'],
]

/** @throws {UsageError} neither one of the forms nor a file or directory that exists. */
export function storeAddress(text: string): StoreAddress & { readonly place: string } {
  const named = /^[a-z]{2,}:/.test(text) ? text : `${kindOfPath(text)}:${text}`
  for (const [form, kind] of forms) {
    const place = form.exec(named)?.[1]
    if (place !== undefined) return { kind, place }
  }
  throw new UsageError(`--store takes sqlite:, checkpoint:, postgres:// or zookeeper:, not '${text}'`)
}

/** @throws {UsageError} as `storeAddress`. */
export async function storeNamed(text: string): Promise<OffsetStore<unknown>> {
  return (await storeAt(storeAddress(text))) ?? bug(`no store for ${text}`)
}

function kindOfPath(path: string): 'sqlite' | 'checkpoint' {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new UsageError(`there is no file or directory '${path}'`)
  return found.isDirectory() ? 'checkpoint' : 'sqlite'
}
