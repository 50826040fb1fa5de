/** What a node holds and what it is called. */
import { TidemarkError } from '../../errors.ts'
import { partitionName, type TopicPartition } from '../../semantics/ranges.ts'
import { offsetFromWire, offsetToWire, type WireOffset } from '../shared/wire.ts'
import type { StoredOffset } from '../store.ts'
import type { Node } from './session.ts'

export interface Row {
  readonly stored: StoredOffset
  readonly version: number
}

export interface Change {
  readonly at: TopicPartition
  /** With a topic id it must be that topic; without the key any. */
  readonly expected: { readonly offset: bigint; readonly topicId?: string | undefined }
  readonly next: (row: StoredOffset) => StoredOffset
}

export function isExpected(stored: StoredOffset | undefined, expected: Change['expected']): boolean {
  return stored?.offset === expected.offset && (!('topicId' in expected) || stored.topicId === expected.topicId)
}

/** @throws TidemarkError STORE_CORRUPT */
export function rowOf(partition: TopicPartition, { data, version }: Node, store: string): Row {
  // Version 0 cannot be compared (see `session.ts`), and we make none.
  if (version === 0)
    throw new TidemarkError('STORE_CORRUPT', {
      store,
      reason: `its node of ${partitionName(partition)} was made by somebody else`,
    })
  return { stored: offsetFromWire(JSON.parse(data) as WireOffset), version }
}

export function dataOf(offset: StoredOffset): string {
  return JSON.stringify(offsetToWire(offset))
}

/** The partition comes last and is a number, so names that contain `~` stay apart. */
export function partitionNode({ topic, partition }: TopicPartition): string {
  return `${nodeName(topic)}~${partition}`
}

/** The group whose node this is: what {@link nodeName} has made of a name, read back. A node of somebody else's is called as it is. */
export function groupOfNode(node: string): string {
  try {
    return decodeURIComponent(node)
  } catch {
    return node
  }
}

/** ZooKeeper forbids slashes, control characters and the names `.` and `..`. */
export function nodeName(name: string): string {
  return Array.from(name, each =>
    /[A-Za-z0-9_-]/.test(each) ? each : Buffer.from(each).toString('hex').replace(/../g, '%$&'),
  ).join('')
}
