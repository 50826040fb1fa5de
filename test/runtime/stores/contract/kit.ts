/** What a contract case works with: an empty place, openers that are closed at the end, and short ways to say offsets. */
import assert from 'node:assert/strict'
import { FencedError, TidemarkError } from '../../../../runtime/src/errors.ts'
import type { OffsetRange, TopicPartition } from '../../../../runtime/src/semantics/ranges.ts'
import type { OpenStore, ProofRecord, StoredOffset, StoreOptions } from '../../../../runtime/src/stores/store.ts'
import type { Need, StorePlace } from '../setups.ts'

export interface Kit {
  /** Name of the setup and the place as text: what a child process is told. */
  readonly setupName: string
  readonly place: string
  readonly isExclusive: boolean
  readonly results: StorePlace['results']
  open(options?: Partial<StoreOptions>): Promise<OpenStore<unknown>>
  /** A second owner of the same rows. Where a place has one opener at most, the second is the first. */
  openRival(first: OpenStore<unknown>): Promise<OpenStore<unknown>>
}

export interface ContractCase {
  readonly title: string
  /** Left out for stores that lack it; the suite says so. */
  readonly needs?: 'results' | 'sharing' | Need
  run(kit: Kit): Promise<void>
}

export const groupId = 'totals'
/** Where racing processes stop. */
export const raceUntil = 40n
export const orders0: TopicPartition = { topic: 'orders', partition: 0 }
export const orders1: TopicPartition = { topic: 'orders', partition: 1 }

export function at(partition: TopicPartition, offset: bigint, more: Partial<StoredOffset> = {}): StoredOffset {
  const { topic, partition: index } = partition
  return { topic, partition: index, offset, topicId: undefined, metadata: undefined, ...more }
}

export function range({ topic, partition }: TopicPartition, fromOffset: bigint, untilOffset: bigint): OffsetRange {
  return { topic, partition, fromOffset, untilOffset }
}

export function proof(batchId: string, ranges: readonly OffsetRange[], more: Partial<ProofRecord> = {}): ProofRecord {
  return {
    batchId,
    ranges,
    records: 50,
    guarantee: 'idempotent',
    fencingToken: 'member-1/7',
    attempt: 1,
    outcome: 'committed',
    startedAtMs: 1_700_000_000_000,
    committedAtMs: 1_700_000_000_250,
    ...more,
  }
}

/** Commits ranges under a batch id made of them. */
export function commit(
  store: OpenStore<unknown>,
  ranges: readonly OffsetRange[],
  more: { readonly metadata?: string; readonly save?: (tx: unknown) => Promise<void> } = {},
): Promise<void> {
  const batchId = ranges.map(each => `${each.partition}:${each.fromOffset}`).join(',')
  return store.commit({ ranges, proof: proof(batchId, ranges), ...more })
}

/** The offsets stored for these partitions, `undefined` where there is no row. */
export async function offsets(
  store: OpenStore<unknown>,
  ...partitions: TopicPartition[]
): Promise<(bigint | undefined)[]> {
  const stored = await store.read(partitions)
  return partitions.map(
    wanted => stored.find(row => row.topic === wanted.topic && row.partition === wanted.partition)?.offset,
  )
}

export async function assertFenced(promise: Promise<unknown>, partition: TopicPartition): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof FencedError, `not a FencedError but ${error}`)
    assert.ok(
      error.partitions.some(each => each.topic === partition.topic && each.partition === partition.partition),
      `the message names the partition: ${error.message}`,
    )
    return true
  })
}

export async function assertCode(promise: Promise<unknown>, code: TidemarkError['code']): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof TidemarkError, `not a TidemarkError but ${error}`)
    assert.equal(error.code, code)
    return true
  })
}
