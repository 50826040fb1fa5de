/** A store named on the command line. */
import { statSync } from 'node:fs'
import type { OffsetStore } from '../stores/store.ts'
import { UsageError } from './command.ts'

export const storeHelp = `  --store STORE            where the pipeline keeps its offsets:
                             totals.db or sqlite:totals.db     a SQLite file
                             ./offsets or checkpoint:./offsets a checkpoint directory
                             postgres://user@host:5432/shop    a PostgreSQL database
                             zookeeper:host:2181               ZooKeeper`

const forms: readonly { readonly form: RegExp; readonly make: (rest: string) => Promise<OffsetStore<unknown>> }[] = [
  { form: /^sqlite:(.+)$/, make: async path => (await import('../stores/sqlite.ts')).sqlite(path) },
  { form: /^checkpoint:(.+)$/, make: async path => (await import('../stores/checkpoint.ts')).checkpoint(path) },
  { form: /^(postgres(?:ql)?:\/\/.+)$/, make: async url => (await import('../stores/postgres.ts')).postgres(url) },
  { form: /^zookeeper:(.+)$/, make: async hosts => (await import('../stores/zookeeper.ts')).zookeeper(hosts) },
]

/** @throws {UsageError} neither one of the forms nor a file or directory that exists. */
export async function storeNamed(text: string): Promise<OffsetStore<unknown>> {
  const named = /^[a-z]{2,}:/.test(text) ? text : `${kindOfPath(text)}:${text}`
  for (const { form, make } of forms) {
    const rest = form.exec(named)?.[1]
    if (rest !== undefined) return make(rest)
  }
  throw new UsageError(`--store takes sqlite:, checkpoint:, postgres:// or zookeeper:, not '${text}'`)
}

function kindOfPath(path: string): 'sqlite' | 'checkpoint' {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) throw new UsageError(`there is no file or directory '${path}'`)
  return found.isDirectory() ? 'checkpoint' : 'sqlite'
}
