import { systemClock } from '../clock.ts'
import { bug, FencedError, TidemarkError } from '../errors.ts'
import type { TopicPartition } from '../semantics/ranges.ts'
import { checkOffset, checkRanges } from './shared/checks.ts'
import { planRefusal } from './shared/plans.ts'
import { Serial } from './shared/serial.ts'
import { proofToJson } from './shared/wire.ts'
import type {
  BatchPlan,
  OffsetStore,
  OpenStore,
  ProofRecord,
  StoreCommit,
  StoredOffset,
  StoreOptions,
} from './store.ts'
import { forgetGroups } from './zookeeper/forget.ts'
import { allOffsets, newestProofs, proofNames } from './zookeeper/looking.ts'
import { type Change, dataOf, isExpected, nodeName, partitionNode, type Row, rowOf } from './zookeeper/nodes.ts'
import { planData, planNodes, wholePlans } from './zookeeper/plans.ts'
import { codes, type Steps, ZooKeeperSession } from './zookeeper/session.ts'

export interface ZooKeeperOptions {
  /** The node under which everything is kept. @defaultValue '/tidemark' */
  readonly root?: string
  /** @defaultValue 30_000 */
  readonly sessionTimeoutMs?: number
  /** How long to wait for a connection or an answer, in milliseconds. @defaultValue 10_000 */
  readonly requestTimeoutMs?: number
  /** For example `{ scheme: 'digest', secret: 'user:password' }`; nodes are then readable and writable by this user only. */
  readonly credentials?: { readonly scheme: string; readonly secret: string }
}

/**
 * Offsets in ZooKeeper, a node a partition, any number of instances. Results are not kept in it: use it for at-most-once,
 * at-least-once and idempotent processing. Needs the package `node-zookeeper-client`.
 *
 * A commit is one transaction that sets every node only if it still has the version that was compared. Session timeouts play no part
 * in that: a zombie whose session lives is refused as well.
 *
 * @param connectString - `host1:2181,host2:2181`, optionally with a path that all others are below.
 * @example
 * ```ts
 * const processor = createProcessor({ guarantee: atLeastOnce({ store: zookeeper('localhost:2181') }), ... })
 * ```
 */
export function zookeeper(connectString: string, options: ZooKeeperOptions = {}): OffsetStore {
  const name = `ZooKeeper ${connectString}`
  const connected = async <Found>(use: (session: ZooKeeperSession) => Promise<Found>): Promise<Found> => {
    const session = sessionOf(name, connectString, options)
    try {
      return await use(session)
    } finally {
      session.close()
    }
  }
  return {
    kind: 'zookeeper',
    name,
    isTransactional: false,
    open: storeOptions => OpenZooKeeper.open(name, connectString, { ...options, ...storeOptions }),
    readProofs: (groupId, limit) => connected(session => newestProofs(session, rootOf(options, groupId), limit, name)),
    readOffsets: groupId => connected(session => allOffsets(session, rootOf(options, groupId), name)),
    forgetGroups: isMeant => connected(session => forgetGroups(session, topOf(options), isMeant)),
  }
}

const layoutVersion = 1
/** Commits between two sweeps of old proof records. */
const sweepEvery = 50
/** How often a commit is compared anew when nodes change for another reason than their offset. */
const attemptsMax = 5
/** A server takes requests of a mebibyte (`jute.maxbuffer`); beyond it cuts the connection without a word. */
const commitBytesMax = 900_000

class OpenZooKeeper implements OpenStore {
  readonly #session: ZooKeeperSession
  readonly #name: string
  readonly #root: string
  readonly #proofRecordsMax: number
  readonly #serial = new Serial()
  #commits = 0

  static async open(
    name: string,
    connectString: string,
    options: ZooKeeperOptions & StoreOptions,
  ): Promise<OpenZooKeeper> {
    const session = sessionOf(name, connectString, options)
    const root = rootOf(options, options.groupId)
    try {
      for (const folder of ['offsets', 'plans', 'proofs']) await session.makeFolder(`${root}/${folder}`)
      const layout = (await session.get(root))?.data || String(layoutVersion)
      if (Number(layout) !== layoutVersion)
        throw new TidemarkError('STORE_VERSION', { store: name, found: Number(layout), expected: layoutVersion })
      return new OpenZooKeeper(session, name, root, options.proofRecordsMax ?? 1_000)
    } catch (error) {
      session.close()
      throw error
    }
  }

  private constructor(session: ZooKeeperSession, name: string, root: string, proofRecordsMax: number) {
    this.#session = session
    this.#name = name
    this.#root = root
    this.#proofRecordsMax = proofRecordsMax
  }

  read(partitions: readonly TopicPartition[]): Promise<readonly StoredOffset[]> {
    return this.#exclusive(async () => {
      await this.#catchUp()
      const rows = await this.#rows(partitions)
      return rows.map(row => row?.stored).filter(found => found !== undefined)
    })
  }

  async initialize(offset: StoredOffset): Promise<StoredOffset> {
    checkOffset(offset)
    return this.#exclusive(async () => {
      const code = await this.#session.multi(steps => steps.create(this.#offsetPath(offset), dataOf(offset)))
      if (code === undefined) return offset
      const row = await this.#row(offset)
      if (code !== codes.nodeExists || !row) throw this.#refused(code)
      return row.stored
    })
  }

  /**
   * Compared first by offset, then by version, so that nobody can come between:
   *   1. the nodes are read: offset and version
   *   2. an offset elsewhere than `fromOffset` is fenced
   *   3. one transaction sets all nodes that still have the versions of 1; a node that was touched since fails them all, and 1 follows
   */
  async commit({ ranges, proof, metadata, save }: StoreCommit<never>): Promise<void> {
    checkRanges(ranges)
    if (save) bug('results cannot be saved in ZooKeeper')
    await this.#exclusive(async () => {
      const proofText = proofToJson(proof)
      await this.#compareAndSet(
        ranges.map(range => ({
          at: range,
          expected: { offset: range.fromOffset },
          next: row => ({ ...row, offset: range.untilOffset, metadata }),
        })),
        steps => steps.createNumbered(`${this.#root}/proofs/n`, proofText),
      )
      if (++this.#commits % sweepEvery === 0) await this.#sweepProofs().catch(() => {})
    })
  }

  async reset(offsets: readonly StoredOffset[]): Promise<readonly StoredOffset[]> {
    offsets.forEach(checkOffset)
    return this.#exclusive(async () => {
      await this.#catchUp()
      const rows = await this.#rows(offsets)
      await this.#setAll(
        offsets.map((offset, index) => ({
          path: this.#offsetPath(offset),
          data: dataOf(offset),
          isThere: rows[index] !== undefined,
        })),
      )
      return rows.map(row => row?.stored).filter(found => found !== undefined)
    })
  }

  async replace(from: StoredOffset, to: StoredOffset): Promise<void> {
    checkOffset(to)
    await this.#exclusive(() => this.#compareAndSet([{ at: from, expected: from, next: () => to }]))
  }

  async writePlan(plan: BatchPlan): Promise<void> {
    checkRanges(plan.ranges)
    await this.#exclusive(() => this.#freeze(plan))
  }

  readPlans(partitions: readonly TopicPartition[]): Promise<readonly BatchPlan[]> {
    return this.#exclusive(async () => {
      await this.#catchUp()
      return wholePlans(this.#session, `${this.#root}/plans`, partitions)
    })
  }

  proofs(limit: number): Promise<readonly ProofRecord[]> {
    return this.#exclusive(async () => {
      await this.#catchUp()
      return newestProofs(this.#session, this.#root, Math.min(limit, this.#proofRecordsMax), this.#name)
    })
  }

  async close(): Promise<void> {
    if (!this.#session.isClosed) await this.#serial.run(() => this.#session.close())
  }

  async #compareAndSet(changes: readonly Change[], also: (steps: Steps) => void = () => {}): Promise<void> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      // What looks fenced may only be a follower that lags behind: certain is it after catching up.
      if (attempt > 0) await this.#catchUp()
      const rows = await this.#rows(changes.map(change => change.at))
      const fenced = changes.filter((change, index) => !isExpected(rows[index]?.stored, change.expected))
      if (fenced.length > 0 && attempt > 0) throw this.#fenced(changes, rows)
      if (fenced.length > 0) continue
      const writes = changes.map((change, index) => {
        const row = rows[index] ?? bug('a compared row is missing')
        return { path: this.#offsetPath(change.at), data: dataOf(change.next(row.stored)), version: row.version }
      })
      this.#checkSize(writes)
      const code = await this.#session.multi(steps => {
        for (const { path, data, version } of writes) steps.compareAndSet(path, data, version)
        also(steps)
      })
      if (code === undefined) return
      if (code !== codes.badVersion && code !== codes.noNode) throw this.#refused(code)
    }
    throw this.#contended('commit')
  }

  /** As {@link OpenZooKeeper.#compareAndSet}, with the plans' nodes compared too. */
  async #freeze(plan: BatchPlan): Promise<void> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      if (attempt > 0) await this.#catchUp()
      const rows = await this.#rows(plan.ranges)
      const frozen = await planNodes(this.#session, `${this.#root}/plans`, plan.ranges)
      const refusal = plan.ranges
        .map((range, index) =>
          planRefusal(this.#name, plan.batchId, range, rows[index]?.stored.offset, frozen[index]?.row),
        )
        .find(each => each !== undefined)
      if (refusal && attempt > 0) throw refusal
      if (refusal) continue
      const code = await this.#session.multi(steps => {
        for (const [index, range] of plan.ranges.entries()) {
          steps.check(this.#offsetPath(range), rows[index]?.version ?? bug('a compared row is missing'))
          const path = `${this.#root}/plans/${partitionNode(range)}`
          const version = frozen[index]?.version
          if (version === undefined) steps.create(path, planData(plan, range))
          else steps.compareAndSet(path, planData(plan, range), version)
        }
      })
      if (code === undefined) return
      if (code !== codes.badVersion && code !== codes.noNode && code !== codes.nodeExists) throw this.#refused(code)
    }
    throw this.#contended('freeze a batch')
  }

  /** Sets or creates nodes, all or none; a node that appears or vanishes meanwhile is an error worth a retry. */
  async #setAll(
    writes: readonly { readonly path: string; readonly data: string; readonly isThere: boolean }[],
  ): Promise<void> {
    this.#checkSize(writes)
    const code = await this.#session.multi(steps => {
      for (const { path, data, isThere } of writes) isThere ? steps.set(path, data) : steps.create(path, data)
    })
    if (code !== undefined) throw this.#refused(code)
  }

  #fenced(changes: readonly Change[], rows: readonly (Row | undefined)[]): FencedError {
    const moved = changes.flatMap((change, index) =>
      isExpected(rows[index]?.stored, change.expected) ? [] : [{ change, row: rows[index] }],
    )
    const [first] = moved
    const found = first?.row?.stored.offset ?? 'nowhere'
    const reason = `${this.#name} stands at ${found}, not at ${first?.change.expected.offset}`
    return new FencedError(
      moved.map(
        ({
          change: {
            at: { topic, partition },
          },
        }) => ({ topic, partition }),
      ),
      reason,
    )
  }

  /** ZooKeeper lets followers answer reads, and they may lag; a write goes through the leader, and the session has seen it then. */
  async #catchUp(): Promise<void> {
    await this.#session.set(this.#root, String(layoutVersion))
  }

  #rows(partitions: readonly TopicPartition[]): Promise<(Row | undefined)[]> {
    return Promise.all(partitions.map(each => this.#row(each)))
  }

  async #row(partition: TopicPartition): Promise<Row | undefined> {
    const node = await this.#session.get(this.#offsetPath(partition))
    return node && rowOf(partition, node, this.#name)
  }

  async #sweepProofs(): Promise<void> {
    const old = (await proofNames(this.#session, this.#root, this.#name)).slice(this.#proofRecordsMax)
    await Promise.all(old.map(name => this.#session.remove(`${this.#root}/proofs/${name}`)))
  }

  #checkSize(writes: readonly { readonly path: string; readonly data: string }[]): void {
    const bytes = writes.reduce(
      (sum, { path, data }) => sum + Buffer.byteLength(path) + Buffer.byteLength(data) + 32,
      0,
    )
    if (bytes <= commitBytesMax) return
    const reason = `${writes.length} partitions need ${bytes} bytes, more than it takes at once`
    throw new TidemarkError('STORE_FAILED', { store: this.#name, operation: 'commit', reason })
  }

  #contended(operation: string): TidemarkError {
    const reason = 'its nodes are being changed all the time'
    return new TidemarkError('STORE_FAILED', { store: this.#name, operation, reason })
  }

  #refused(code: number): TidemarkError {
    if (code === codes.noAuth)
      return new TidemarkError('STORE_READ_ONLY', { store: this.#name, reason: 'this user may not write there' })
    return new TidemarkError('STORE_FAILED', {
      store: this.#name,
      operation: 'write',
      reason: `it answered with code ${code}`,
    })
  }

  #offsetPath(partition: TopicPartition): string {
    return `${this.#root}/offsets/${partitionNode(partition)}`
  }

  #exclusive<T>(task: () => Promise<T>): Promise<T> {
    return this.#serial.run(task)
  }
}

function sessionOf(
  name: string,
  connectString: string,
  options: ZooKeeperOptions & Partial<StoreOptions>,
): ZooKeeperSession {
  const { sessionTimeoutMs = 30_000, requestTimeoutMs = 10_000, clock = systemClock, credentials } = options
  return new ZooKeeperSession({ name, connectString, sessionTimeoutMs, requestTimeoutMs, credentials, clock })
}

function topOf({ root = '/tidemark' }: ZooKeeperOptions): string {
  return root
}

function rootOf(options: ZooKeeperOptions, groupId: string): string {
  return `${topOf(options)}/${nodeName(groupId)}`
}
