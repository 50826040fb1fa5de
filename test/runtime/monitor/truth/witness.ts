/** The same questions put to Kafka's own tools: a full read, the segments' dump, the group command. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestKafka } from '../../../harness/kafka.ts'

export interface Witness {
  /** Offsets that a reader of committed data gets, by `topic/partition`. */
  readonly readable: ReadonlyMap<string, readonly number[]>
  /** The same as the segments tell it: records of no transaction, or of one that was committed. */
  readonly committedRecords: ReadonlyMap<string, readonly number[]>
  /** Offsets that are in the log at all, markers included. */
  readonly existing: ReadonlyMap<string, readonly number[]>
  readonly starts: ReadonlyMap<string, number>
  readonly ends: ReadonlyMap<string, number>
  /** First offset of the earliest transaction that the segments show to be open; left out where none is. */
  readonly unstable: ReadonlyMap<string, number>
  /** By topic: its partitions as `leader 1 replicas 1 isr 1`, and the settings made on it. */
  readonly topics: ReadonlyMap<string, { readonly partitions: readonly string[]; readonly configs: readonly string[] }>
  /** Per `group topic/partition`: committed offset. */
  readonly committed: ReadonlyMap<string, string>
}

/**
 * Asks about all topics at once: a JVM takes a second to begin. Record values name their topic.
 *
 * The full read ends by count, not by silence: on a busy machine a consumer may be silent for long before its first record. How many
 * there are the segments tell; that they are the same ones is for the test to compare.
 */
export async function askWitness(kafka: TestKafka, prefix: string): Promise<Witness> {
  const at = ['--bootstrap-server', kafka.brokers.join(',')]
  const shell = [...at, '--topic-partitions', `${prefix}.*`]
  const starts = offsetsOf(await kafka.tool('org.apache.kafka.tools.GetOffsetShell', [...shell, '--time', 'earliest']))
  const segments = readSegments(await dump(kafka, prefix))
  const committedRecords = new Map(
    [...segments.committedRecords].map(([name, offsets]) => [
      name,
      offsets
        .filter(offset => offset >= (starts.get(name) ?? 0) && offset < (segments.unstable.get(name) ?? Infinity))
        .sort((a, b) => a - b),
    ]),
  )
  const count = [...committedRecords.values()].reduce((sum, offsets) => sum + offsets.length, 0)
  const readable = await kafka.tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [
    ...at,
    '--include',
    `${prefix}.*`,
    '--from-beginning',
    '--isolation-level',
    'read_committed',
    '--max-messages',
    String(count),
    '--timeout-ms',
    '60000',
    // It would leave positions of its own groups behind.
    '--consumer-property',
    'enable.auto.commit=false',
    '--property',
    'print.partition=true',
    '--property',
    'print.offset=true',
  ])
  const ends = await kafka.tool('org.apache.kafka.tools.GetOffsetShell', [...shell, '--time', 'latest'])
  const groups = await kafka.tool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
    ...at,
    '--describe',
    '--all-groups',
  ])
  const topics = await kafka.tool('org.apache.kafka.tools.TopicCommand', [
    ...at,
    '--describe',
    '--topic',
    `${prefix}.*`,
  ])
  return {
    ...segments,
    committedRecords,
    topics: topicsOf(topics),
    readable: collect(readable, /^Partition:(\d+)\tOffset:(\d+)\t(\S+)$/, ([, partition, offset, topic]) => [
      `${topic}/${partition}`,
      Number(offset),
    ]),
    starts,
    ends: offsetsOf(ends),
    committed: committedOf(groups),
  }
}

/** The cleaner replaces segments while they are listed; then the list is made anew. */
async function dump(kafka: TestKafka, prefix: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    try {
      const files = (await segments(kafka, prefix)).join(',')
      return await kafka.tool('kafka.tools.DumpLogSegments', ['--deep-iteration', '--files', files])
    } catch (error) {
      if (attempt === 10 || !/NoSuchFileException|ENOENT/.test(String(error))) throw error
    }
  }
}

async function segments({ logFolders }: TestKafka, prefix: string): Promise<string[]> {
  const files: string[] = []
  for (const folder of logFolders)
    for (const partition of (await readdir(folder)).filter(name => name.startsWith(prefix)))
      for (const file of (await readdir(join(folder, partition))).filter(name => name.endsWith('.log')).sort())
        files.push(join(folder, partition, file))
  return files
}

/**
 * What the segments' dump says: `Dumping .../orders-0/00000.log`, then a line a batch (`baseOffset: 7 ... producerId: 3 ...
 * isTransactional: true isControl: false`), then its records, a line each beginning with a bar. A transaction is open from its
 * first batch until the control record of its producer, which says how it ended.
 */
function readSegments(text: string): Pick<Witness, 'existing' | 'committedRecords' | 'unstable'> {
  const partitions = new Map<string, PartitionLog>()
  let log = new PartitionLog()
  for (const line of text.split('\n')) {
    const file = /^Dumping .*\/([^/]+)-(\d+)\/\d+\.log$/.exec(line)
    if (file) {
      const name = `${file[1]}/${file[2]}`
      log = partitions.get(name) ?? new PartitionLog()
      partitions.set(name, log)
    }
    const batch =
      /^baseOffset: (\d+) .*producerId: (-?\d+) .*isTransactional: (true|false) isControl: (true|false)/.exec(line)
    if (batch) log.begin(Number(batch[1]), batch[2] ?? '', batch[3] === 'true', batch[4] === 'true')
    const record = /^\| offset: (\d+) /.exec(line)
    if (record) log.add(Number(record[1]), /endTxnMarker: (\w+)/.exec(line)?.[1])
  }
  return {
    existing: mapped(partitions, ({ offsets }) => offsets),
    committedRecords: mapped(partitions, each => each.committed),
    unstable: new Map(
      [...partitions].flatMap(([name, { openSince }]) =>
        openSince.size > 0 ? [[name, Math.min(...openSince.values())]] : [],
      ),
    ),
  }
}

class PartitionLog {
  readonly offsets: number[] = []
  readonly committed: number[] = []
  /** First offset of each producer's open transaction. */
  readonly openSince = new Map<string, number>()
  readonly #pending = new Map<string, number[]>()
  #producerId = ''
  #isTransactional = false
  #isControl = false

  begin(baseOffset: number, producerId: string, isTransactional: boolean, isControl: boolean): void {
    this.#producerId = producerId
    this.#isTransactional = isTransactional
    this.#isControl = isControl
    if (isTransactional && !isControl && !this.openSince.has(producerId)) this.openSince.set(producerId, baseOffset)
  }

  add(offset: number, marker: string | undefined): void {
    this.offsets.push(offset)
    if (this.#isControl) this.#end(marker)
    else if (!this.#isTransactional) this.committed.push(offset)
    else this.#pending.set(this.#producerId, [...(this.#pending.get(this.#producerId) ?? []), offset])
  }

  #end(marker: string | undefined): void {
    if (marker === 'COMMIT') this.committed.push(...(this.#pending.get(this.#producerId) ?? []))
    this.#pending.delete(this.#producerId)
    this.openSince.delete(this.#producerId)
  }
}

function mapped<Value, Result>(map: ReadonlyMap<string, Value>, of: (value: Value) => Result): Map<string, Result> {
  return new Map([...map].map(([name, value]) => [name, of(value)]))
}

/** `Topic: t Partition: 0 Leader: 1 Replicas: 1 Isr: 1 ...` below `Topic: t TopicId: ... Configs: a=b,c=d`. */
function topicsOf(text: string): Witness['topics'] {
  const found = new Map<string, { partitions: string[]; configs: string[] }>()
  for (const line of text.split('\n')) {
    const fields = new Map(
      [...line.matchAll(/(\w+): (\S*)/g)].map(([, field, value]) => [field as string, value as string]),
    )
    const topic = fields.get('Topic')
    if (topic === undefined) continue
    const entry = found.get(topic) ?? { partitions: [], configs: [] }
    found.set(topic, entry)
    if (fields.has('Partition'))
      entry.partitions.push(
        `leader ${fields.get('Leader')} replicas ${fields.get('Replicas')} isr ${fields.get('Isr')}`,
      )
    else entry.configs = (fields.get('Configs') ?? '').split(',').filter(Boolean).sort()
  }
  return found
}

function collect(
  text: string,
  pattern: RegExp,
  row: (match: RegExpExecArray) => [string, number],
): Map<string, number[]> {
  const found = new Map<string, number[]>()
  for (const line of text.split('\n')) {
    const match = pattern.exec(line)
    if (!match) continue
    const [name, offset] = row(match)
    found.set(name, [...(found.get(name) ?? []), offset])
  }
  return found
}

function offsetsOf(text: string): Map<string, number> {
  return new Map(
    [
      ...collect(text, /^(\S+):(\d+):(\d+)$/, ([, topic, partition, offset]) => [
        `${topic}/${partition}`,
        Number(offset),
      ]),
    ].map(([name, [offset]]) => [name, offset as number]),
  )
}

function committedOf(text: string): Map<string, string> {
  const rows = text.split('\n').map(line => line.trim().split(/\s+/))
  return new Map(
    rows
      .filter(row => row.length >= 6 && row[0] !== 'GROUP')
      .map(([group, topic, partition, offset]) => [`${group} ${topic}/${partition}`, offset as string]),
  )
}
