/** The SQLite store with some of its promises replaced. */
import { DatabaseSync } from 'node:sqlite'
import type { SqliteTransaction } from '../../../../runtime/src/stores/sqlite.ts'
import type { OffsetStore, OpenStore as PortStore, StoreOptions } from '../../../../runtime/src/stores/store.ts'
import { setup as sqliteSetup } from '../setups/sqlite.ts'
import type { StoreSetup } from '../setups.ts'

export type OpenStore = PortStore<unknown>
export type Wrap = (store: OpenStore, results?: Detached) => Partial<OpenStore>

/** A way to write results that is not the store's transaction. */
export interface Detached {
  detached(save: (tx: unknown) => Promise<void>): Promise<void>
}

/** A setup like SQLite's whose opened stores go through `wrap`; with `forced` options every opener gets those. */
export function sound(wrap: Wrap, forced: Partial<StoreOptions> = {}): StoreSetup {
  return {
    ...sqliteSetup,
    at(path) {
      const place = sqliteSetup.at(path)
      const inner = place.store as OffsetStore<unknown>
      const open = async (options: StoreOptions): Promise<OpenStore> => {
        const store = await inner.open({ ...options, ...forced })
        return { ...bound(store), ...wrap(store, detachedResults(path)) }
      }
      return { ...place, store: { ...place.store, open } as OffsetStore<never> }
    },
  }
}

/** The store's methods as an object of functions, so that some can be replaced. */
function bound(store: OpenStore): OpenStore {
  return {
    read: partitions => store.read(partitions),
    initialize: offset => store.initialize(offset),
    commit: commit => store.commit(commit),
    reset: offsets => store.reset(offsets),
    replace: (from, to) => store.replace(from, to),
    writePlan: plan => store.writePlan(plan),
    readPlans: partitions => store.readPlans(partitions),
    proofs: limit => store.proofs(limit),
    close: () => store.close(),
  }
}

function detachedResults(path: string): Detached {
  return {
    async detached(save) {
      const database = new DatabaseSync(path)
      const run = (sql: string, ...parameters: string[]) => database.prepare(sql).run(...parameters)
      try {
        await save({ run } as unknown as SqliteTransaction)
      } finally {
        database.close()
      }
    },
  }
}
