/** What the contract suite needs to know of a store: how to make an empty place for it, and how to look at results. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { OffsetStore } from '../../../runtime/src/stores/store.ts'
import type { Scope } from '../../harness/scope.ts'

export interface StoreSetup {
  /** `fast` needs nothing but Node; `server` starts a real server. */
  readonly suite: 'fast' | 'server'
  /** Whether it keeps results beside the offsets, in one transaction. */
  readonly hasResults: boolean
  /** Whether a second opener of the same place is refused (STORE_LOCKED) while the first lives. */
  readonly isExclusive: boolean
  /** Starts what all cases share, once a suite. */
  start?(suite: Scope): Promise<void>
  /** An empty place, written as text so that a child process finds it too. It is gone when the test has ended. */
  fresh(t: Scope): Promise<string>
  at(place: string): StorePlace
}

export interface StorePlace {
  readonly store: OffsetStore<never>
  /** Of transactional stores: results kept beside the offsets, as a list of words. */
  readonly results?: {
    /** `tx` is the store's own handle. */
    write(tx: unknown, word: string): Promise<void>
    read(): Promise<readonly string[]>
  }
}

const storesFolder = join(import.meta.dirname, '../../../runtime/src/stores')

/** Every store there is: the files beside the port. */
export function storeNames(): string[] {
  return readdirSync(storesFolder)
    .filter(name => name.endsWith('.ts') && name !== 'store.ts')
    .map(name => name.slice(0, -'.ts'.length))
    .sort()
}

/** @throws when a store has no setup yet: a store without a contract test is not a store. */
export async function setupOf(name: string): Promise<StoreSetup> {
  const module = (await import(`./setups/${name}.ts`)) as { readonly setup: StoreSetup }
  return module.setup
}

/** What a store's file exports to users: its factory, and nothing else that runs. */
export async function exportsOf(name: string): Promise<string[]> {
  return Object.keys((await import(join(storesFolder, `${name}.ts`))) as Record<string, unknown>)
}
