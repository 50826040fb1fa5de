/** What took effect: one entry each time, so that a double shows. */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import type { KafkaConnection } from '../../runtime/src/clients/client.ts'
import type { PipelineSettings } from './settings.ts'

export async function openOutcome(connection: KafkaConnection, settings: PipelineSettings): Promise<readonly string[]> {
  if (settings.guarantee === 'transactional') {
    if (settings.store === 'kafka') return readTopic(connection, settings.outputTopic)
    if (settings.store === 'postgres') return readPostgres(settings.storeAddress)
  }
  return readSqlite(settings.outcomePath)
}

function readSqlite(path: string): string[] {
  if (!existsSync(path)) return []
  const database = new DatabaseSync(path, { timeout: 10_000 })
  try {
    return database
      .prepare('select id from outcome')
      .all()
      .map(row => String(row.id))
  } finally {
    database.close()
  }
}

async function readPostgres(connectionString: string): Promise<string[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return (await client.query<{ id: string }>('select id from outcome')).rows.map(row => row.id)
  } finally {
    await client.end()
  }
}

/** As a reader with read_committed sees it, which is who the guarantee is for. */
async function readTopic(connection: KafkaConnection, topic: string): Promise<string[]> {
  const [description] = await connection.describeTopics([topic])
  const ids: string[] = []
  for (const { partition } of description?.partitions ?? []) {
    const [log] = await connection.logOffsets([{ topic, partition }])
    for (let offset = 0n; offset < (log?.highWatermark ?? 0n); ) {
      const asked = { topic, partition, offset, maxBytes: 4 << 20 }
      const [answer] = await connection.fetch({
        partitions: [asked],
        isolation: 'read_committed',
        maxWaitMs: 200,
        minBytes: 1,
        maxBytes: 4 << 20,
      })
      if (answer?.error) throw new Error(answer.error.message)
      for (const record of answer?.records ?? []) ids.push(record.value?.toString() ?? '')
      offset = answer?.nextOffset ?? offset
    }
  }
  return ids
}
