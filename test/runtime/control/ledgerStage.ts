/** A topic with records in it, and the ledger program over it, as often as a test starts it. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kafka, logLevel } from 'kafkajs'
import type { KafkaConnection } from '../../../runtime/src/clients/client.ts'
import { kafkajs } from '../../../runtime/src/clients/kafkajs.ts'
import { type Program, startProgram } from '../../chaos/program.ts'
import { tempFolder } from '../../harness/folders.ts'
import { useKafka } from '../../harness/kafka.ts'
import type { Scope } from '../../harness/scope.ts'
import { uniqueName } from '../../harness/topics.ts'
import type { TestEditor } from '../processor/editor.ts'

export type GuaranteeChoice = 'transactional' | 'kafka' | 'idempotent' | 'at-least-once' | 'at-most-once'

export interface LedgerStage {
  readonly topic: string
  readonly group: string
  readonly database: string
  readonly connection: KafkaConnection
  /** By which the programs and the samples know all of this. */
  readonly environment: NodeJS.ProcessEnv
  produce(partition: number, ...values: string[]): Promise<void>
  start(editor: TestEditor | undefined, environment?: NodeJS.ProcessEnv, file?: string): Program
  /** The sum of the order totals sample. */
  cents(): number
  /** Values in the ledger, in the order of writing. */
  values(): string[]
  /** What the group has committed in Kafka. */
  committed(partition: number, groupId?: string): Promise<bigint | undefined>
}

export async function useLedger(
  t: Scope,
  guarantee: GuaranteeChoice,
  { partitions = 1 }: { readonly partitions?: number } = {},
): Promise<LedgerStage> {
  const { brokers } = await useKafka(t)
  const connection = await kafkajs(new Kafka({ clientId: 'test', brokers, logLevel: logLevel.NOTHING })).connect()
  t.after(() => connection.close())
  const [topic, output, group] = [uniqueName('ledger'), uniqueName('ledger-out'), uniqueName('ledger')]
  await connection.createTopics([
    { topic, partitions },
    { topic: output, partitions: 1 },
  ])
  const producer = await connection.producer({})
  t.after(() => producer.close())
  const database = join(await tempFolder(t), 'ledger.db')
  const environment = {
    BROKERS: brokers.join(','),
    TOPIC: topic,
    OUTPUT: output,
    GROUP: group,
    DATABASE: database,
    GUARANTEE: guarantee,
    TIDEMARK_BROKERS: brokers.join(','),
    TIDEMARK_TOPIC: topic,
    TIDEMARK_GROUP: group,
    TIDEMARK_DATABASE: database,
  }
  return {
    topic,
    group,
    database,
    connection,
    environment,
    produce: async (partition, ...values) => {
      await producer.send(values.map(value => ({ topic, partition, key: value, value })))
    },
    start: (editor, more = {}, file = 'ledger.ts') =>
      startProgram(t, resolve(import.meta.dirname, 'programs', file), {
        ...editor?.environment,
        ...environment,
        ...more,
      }),
    cents: () => Number(query(database, 'select sum(cents) as value from totals')[0] ?? 0),
    values: () => query(database, 'select value from ledger order by rowid').map(String),
    committed: async (partition, groupId = group) =>
      (await connection.committedOffsets(groupId, [{ topic, partition }]))[0]?.offset,
  }
}

function query(path: string, sql: string): unknown[] {
  if (!existsSync(path)) return []
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  try {
    return database
      .prepare(sql)
      .all()
      .map(row => row.value)
  } catch {
    // The program has not made its table yet.
    return []
  } finally {
    database.close()
  }
}
