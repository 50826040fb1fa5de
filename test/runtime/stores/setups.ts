/** What the contract suite needs to know of a store: how to make an empty place for it, and how to look at results. */
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { OffsetStore } from '../../../runtime/src/stores/store.ts'
import type { Scope } from '../../harness/scope.ts'

/**
 * What a case asks of a store beyond positions that last. `looking`: to be read without being opened; `insert`: a first position that
 * overwrites none; `anyTopic`: names that no broker has.
 */
export type Need = 'compareAndSet' | 'insert' | 'plans' | 'proofHistory' | 'anyTopic' | 'looking'

export interface StoreSetup {
  /** `fast` needs nothing but Node; `server` starts a real server. */
  readonly suite: 'fast' | 'server'
  /** Whether it keeps results beside the offsets, in one transaction. */
  readonly hasResults: boolean
  /** Whether a second opener of the same place is refused (STORE_LOCKED) while the first lives. */
  readonly isExclusive: boolean
  /** What it has not, and what stands in its place: cases that need it are left out by name. */
  readonly lacks?: Readonly<Partial<Record<Need, string>>>
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
/** What pipelines use that are given no store; users do not name it. */
const groupFile = join(import.meta.dirname, '../../../runtime/src/guarantees/kafkaGroup.ts')

/** Every store there is: the files beside the port, and the Kafka group. */
export function storeNames(): string[] {
  return [...readdirSync(storesFolder).filter(name => name.endsWith('.ts') && name !== 'store.ts'), basename(groupFile)]
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
  return Object.keys(
    (await import(`${name}.ts` === basename(groupFile) ? groupFile : join(storesFolder, `${name}.ts`))) as Record<
      string,
      unknown
    >,
  )
}
