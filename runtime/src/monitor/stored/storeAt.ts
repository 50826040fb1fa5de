/** A store by what code or a person says of it: its kind and its place. */
import type { OffsetStore } from '../../stores/store.ts'

export interface StoreAddress {
  /** `checkpoint`, `sqlite`, `postgres`, `zookeeper`. */
  readonly kind: string
  /** Path, URL or connect string; may be left out where the settings say it all. */
  readonly place: string | undefined
  /** `host`, `port`, `user`, `password`, `database` of PostgreSQL; `root` of ZooKeeper. */
  readonly settings?: Readonly<Record<string, string>>
}

/** @returns `undefined` for a kind that is not known, and for an address that says too little. Nothing is opened. */
export async function storeAt({ kind, place, settings = {} }: StoreAddress): Promise<OffsetStore<unknown> | undefined> {
  if (kind === 'postgres') return postgresAt(place, settings)
  if (place === undefined) return undefined
  if (kind === 'sqlite') return (await import('../../stores/sqlite.ts')).sqlite(place)
  if (kind === 'checkpoint') return (await import('../../stores/checkpoint.ts')).checkpoint(place)
  if (kind !== 'zookeeper') return undefined
  const { zookeeper } = await import('../../stores/zookeeper.ts')
  return zookeeper(place, settings.root === undefined ? {} : { root: settings.root })
}

async function postgresAt(
  place: string | undefined,
  { connectionString = place, port, host, user, password, database }: Readonly<Record<string, string>>,
): Promise<OffsetStore<unknown> | undefined> {
  const { postgres } = await import('../../stores/postgres.ts')
  if (connectionString !== undefined) return postgres(connectionString)
  if (host === undefined && database === undefined) return undefined
  const given = Object.entries({ host, user, password, database }).filter(([, value]) => value !== undefined)
  return postgres({ ...Object.fromEntries(given), ...(port === undefined ? {} : { port: Number(port) }) })
}
