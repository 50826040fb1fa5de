/** The same questions put to Kafka's own tools: a full read, the segments' dump, the group command. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestKafka } from '../../../harness/kafka.ts'

export interface Witness {
  /** Offsets that a reader of committed data gets, by `topic/partition`. */
  readonly readable: ReadonlyMap<string, readonly number[]>
  /** Offsets that are in the log at all, markers included. */
  readonly existing: ReadonlyMap<string, readonly number[]>
  readonly starts: ReadonlyMap<string, number>
  readonly ends: ReadonlyMap<string, number>
  /** Per `group topic/partition`: committed offset. */
  readonly committed: ReadonlyMap<string, string>
}

/** Asks about all topics at once: a JVM takes a second to begin. Record values name their topic. */
export async function askWitness(kafka: TestKafka, prefix: string): Promise<Witness> {
  const at = ['--bootstrap-server', kafka.brokers.join(',')]
  const consumer = [
    ...at,
    '--include',
    `${prefix}.*`,
    '--from-beginning',
    '--isolation-level',
    'read_committed',
    '--timeout-ms',
    '4000',
    // It would leave positions of its own groups behind.
    '--consumer-property',
    'enable.auto.commit=false',
  ]
  const shown = ['--property', 'print.partition=true', '--property', 'print.offset=true']
  const shell = [...at, '--topic-partitions', `${prefix}.*`]
  const readable = await kafka.tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [...consumer, ...shown])
  const existing = await dump(kafka, prefix)
  const starts = await kafka.tool('org.apache.kafka.tools.GetOffsetShell', [...shell, '--time', 'earliest'])
  const ends = await kafka.tool('org.apache.kafka.tools.GetOffsetShell', [...shell, '--time', 'latest'])
  const groups = await kafka.tool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
    ...at,
    '--describe',
    '--all-groups',
  ])
  return {
    readable: collect(readable, /^Partition:(\d+)\tOffset:(\d+)\t(\S+)$/, ([, partition, offset, topic]) => [
      `${topic}/${partition}`,
      Number(offset),
    ]),
    existing: dumped(existing),
    starts: offsetsOf(starts),
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

/** The dump names each file once, then its records, a line each beginning with a bar. */
function dumped(text: string): Map<string, number[]> {
  const found = new Map<string, number[]>()
  let name = ''
  for (const line of text.split('\n')) {
    const file = /^Dumping .*\/([^/]+)-(\d+)\/\d+\.log$/.exec(line)
    if (file) name = `${file[1]}/${file[2]}`
    const record = /^\| offset: (\d+) /.exec(line)
    if (record) found.set(name, [...(found.get(name) ?? []), Number(record[1])])
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
