/** A random history of one topic and one group, played on a real broker: the same seed, the same deeds. */

import type { KafkaConnection, KafkaProducer } from '../../../../runtime/src/clients/client.ts'
import type { Cluster } from '../../../../runtime/src/clients/kafka-protocol/cluster.ts'
import { checkCode } from '../../../../runtime/src/clients/kafka-protocol/errorCodes.ts'
import { deleteRecords } from '../../../../runtime/src/clients/kafka-protocol/requests/deleteRecords.ts'
import { offsetCommit } from '../../../../runtime/src/clients/kafka-protocol/requests/offsets.ts'
import { systemClock } from '../../../../runtime/src/clock.ts'
import type { Random } from '../../../../runtime/src/random.ts'

export interface HistoryTools {
  readonly connection: KafkaConnection
  readonly cluster: Cluster
  readonly random: Random
}

export interface History {
  readonly topic: string
  readonly groupId: string
  readonly partitions: number
  readonly isCompacted: boolean
  /** Where each log will begin once retention has taken what was too old when it was written. */
  readonly expired: ReadonlyMap<number, bigint>
  /** What was done, for the message of a failing test. */
  readonly deeds: readonly string[]
  /** What the group committed, by partition. */
  readonly committed: ReadonlyMap<number, bigint>
  /** Producers that are left with an open transaction. */
  readonly open: readonly KafkaProducer[]
}

const partitionsMax = 2
/** A transaction that is left open stays so until everything has been compared. */
const transactionTimeoutMs = 800_000

/** Plays the history; the group's positions are committed last, anywhere in the log or beside it. */
export async function playHistory(tools: HistoryTools, topic: string): Promise<History> {
  const { connection, random } = tools
  const partitions = 1 + random.integer(partitionsMax)
  const isCompacted = random.integer(3) === 0
  const isExpiring = !isCompacted && random.integer(3) === 0
  const player = new Player(tools, topic, partitions, isCompacted)
  const configs = isCompacted ? compactedConfig : isExpiring ? expiringConfig : {}
  await connection.createTopics([{ topic, partitions, configs }])
  if (isExpiring) await player.produceOld()
  const steps = 4 + random.integer(10)
  for (let step = 0; step < steps; step++) await player.step()
  const open = await player.end()
  const committed = await player.commitPositions()
  const { groupId, deeds, expired } = player
  return { topic, groupId, partitions, isCompacted, expired, deeds, committed, open }
}

/** Every closed segment is cleaned at once, down to the last tombstone and marker. */
const compactedConfig = {
  'cleanup.policy': 'compact',
  'min.cleanable.dirty.ratio': '0',
  'min.compaction.lag.ms': '0',
  'delete.retention.ms': '0',
  'segment.ms': '1',
}

const retentionMs = 3_600_000
/** A record of now closes the segment that holds those of long ago. */
const expiringConfig = { 'retention.ms': String(retentionMs), 'segment.ms': '600000' }

class Player {
  readonly groupId: string
  readonly expired = new Map<number, bigint>()
  readonly deeds: string[] = []
  readonly #tools: HistoryTools
  readonly #topic: string
  readonly #partitions: number
  readonly #isCompacted: boolean
  #plain: KafkaProducer | undefined
  #transactional: KafkaProducer[] = []

  constructor(tools: HistoryTools, topic: string, partitions: number, isCompacted: boolean) {
    this.#tools = tools
    this.#topic = topic
    this.#partitions = partitions
    this.#isCompacted = isCompacted
    this.groupId = `group-of-${topic}`
  }

  /** Records that are past their time already: retention takes their segments, and only theirs. */
  async produceOld(): Promise<void> {
    const { random } = this.#tools
    const timestampMs = systemClock.nowMs() - 2 * retentionMs
    for (let partition = 0; partition < this.#partitions; partition++) {
      const count = random.integer(15)
      if (count > 0) await this.#send(await this.#plainProducer(), partition, count, timestampMs)
      if (count > 0) this.expired.set(partition, BigInt(count))
      this.deeds.push(`produced ${count} old ones to ${partition}`)
    }
  }

  async step(): Promise<void> {
    const { random } = this.#tools
    const kind = random.integer(this.#isCompacted ? 4 : 5)
    if (kind === 0 || kind === 1) return this.#produce()
    if (kind === 2) return this.#transaction()
    if (kind === 3) return this.#interleaved()
    return this.#deleteRecords()
  }

  /** Perhaps leaves a transaction open; in a compacted log a last record closes the segments before it. */
  async end(): Promise<KafkaProducer[]> {
    if (this.#tools.random.integer(4) !== 0) {
      for (let partition = 0; partition < this.#partitions; partition++)
        await this.#send(await this.#plainProducer(), partition, 1)
      await this.#plain?.close()
      await Promise.all(this.#transactional.map(producer => producer.close()))
      return []
    }
    const [producer] = await this.#producers(1)
    producer?.begin()
    await this.#send(producer as KafkaProducer, 0, 3)
    await this.#send(await this.#plainProducer(), 0, 2)
    this.deeds.push('left open: 3 records, 2 plain ones after them')
    return this.#transactional
  }

  async commitPositions(): Promise<ReadonlyMap<number, bigint>> {
    const { cluster, connection, random } = this.#tools
    const places = Array.from({ length: this.#partitions }, (_, partition) => ({ topic: this.#topic, partition }))
    const ends = await connection.logOffsets(places)
    const positions = ends.flatMap(({ topic, partition, highWatermark }) => {
      const dice = random.integer(12)
      if (dice === 0) return []
      const offset =
        dice === 1
          ? -2n
          : dice === 2
            ? highWatermark + 5n
            : dice === 3
              ? highWatermark
              : BigInt(random.integer(Number(highWatermark) + 1))
      return [{ topic, partition, offset }]
    })
    this.deeds.push(
      `committed ${positions.map(({ partition, offset }) => `${partition}: ${offset}`).join(', ') || 'nothing'}`,
    )
    const committed = new Map(positions.map(({ partition, offset }) => [partition, offset]))
    if (positions.length === 0) return committed
    const nobody = { groupId: this.groupId, memberId: '', generation: -1, groupInstanceId: undefined }
    await cluster.sendToCoordinator('group', this.groupId, offsetCommit(nobody, positions), answers => {
      for (const { errorCode } of answers) checkCode('OffsetCommit', errorCode)
    })
    return committed
  }

  async #produce(): Promise<void> {
    const { random } = this.#tools
    const [partition, count] = [random.integer(this.#partitions), 1 + random.integer(20)]
    await this.#send(await this.#plainProducer(), partition, count)
    this.deeds.push(`produced ${count} to ${partition}`)
  }

  async #transaction(): Promise<void> {
    const { random } = this.#tools
    const [producer] = (await this.#producers(1)) as [KafkaProducer]
    const isCommitted = random.integer(2) === 0
    producer.begin()
    for (let partition = 0; partition < this.#partitions; partition++)
      await this.#send(producer, partition, 1 + random.integer(5))
    await (isCommitted ? producer.commit() : producer.abort())
    this.deeds.push(isCommitted ? 'committed a transaction' : 'aborted a transaction')
  }

  /** Two at once, ending in either order: the case in which a naive filter leaks aborted records. */
  async #interleaved(): Promise<void> {
    const { random } = this.#tools
    const [first, second] = (await this.#producers(2)) as [KafkaProducer, KafkaProducer]
    first.begin()
    await this.#send(first, 0, 1 + random.integer(3))
    second.begin()
    await this.#send(second, 0, 1 + random.integer(3))
    await this.#send(await this.#plainProducer(), 0, 1)
    await this.#send(first, 0, 1 + random.integer(3))
    const ends = random.integer(2) === 0 ? [second, first] : [first, second]
    const outcomes: string[] = []
    for (const producer of ends) {
      const isCommitted = random.integer(2) === 0
      await (isCommitted ? producer.commit() : producer.abort())
      outcomes.push(`${producer === first ? 'first' : 'second'} ${isCommitted ? 'committed' : 'aborted'}`)
    }
    this.deeds.push(`interleaved: ${outcomes.join(', ')}`)
  }

  async #deleteRecords(): Promise<void> {
    const { cluster, connection, random } = this.#tools
    const partition = random.integer(this.#partitions)
    const [ends] = await connection.logOffsets([{ topic: this.#topic, partition }])
    const offset = random.integer(Number(ends?.lastStableOffset ?? 0n) + 1)
    const { byLeader } = await cluster.leaders([{ topic: this.#topic, partition }])
    const [leader] = byLeader.keys()
    const [result] = await cluster.send(
      leader as number,
      deleteRecords({ topic: this.#topic, partition }, BigInt(offset), 10_000),
    )
    checkCode('DeleteRecords', result?.errorCode ?? -1)
    this.deeds.push(`deleted ${partition} below ${offset}`)
  }

  async #send(producer: KafkaProducer, partition: number, count: number, timestampMs?: number): Promise<void> {
    const { random } = this.#tools
    const topic = this.#topic
    const records = Array.from({ length: count }, () => ({
      topic,
      partition,
      key: `key-${random.integer(6)}`,
      value: topic,
      ...(timestampMs === undefined ? {} : { timestampMs }),
    }))
    await producer.send(records)
  }

  async #plainProducer(): Promise<KafkaProducer> {
    const { connection, random } = this.#tools
    this.#plain ??= await connection.producer({ compression: random.integer(2) === 0 ? 'gzip' : 'none' })
    return this.#plain
  }

  async #producers(count: number): Promise<KafkaProducer[]> {
    while (this.#transactional.length < count) {
      const transactionalId = `${this.#topic}-${this.#transactional.length}`
      this.#transactional.push(await this.#tools.connection.producer({ transactionalId, transactionTimeoutMs }))
    }
    return this.#transactional.slice(0, count)
  }
}
