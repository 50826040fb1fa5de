/** The order totals sample under fire: kill -9 at random moments while it is fed, then its totals beside the producer's ledger. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { seededRandom } from '../../runtime/src/random.ts'
import { tempFolder } from '../harness/folders.ts'
import { useKafka } from '../harness/kafka.ts'
import { uniqueName } from '../harness/topics.ts'
import { until } from '../harness/until.ts'
import { type Program, startProgram } from './program.ts'

export const samples = join(import.meta.dirname, '../../runtime/samples/order-totals')
const orders = 200_000
const kills = 20
const seed = 42

export type Totals = Record<string, number>

/** Feeds the orders while the pipeline is killed at random moments, then lets it finish. */
export async function experiment(t: TestContext, pipeline: string): Promise<{ ledger: Totals; totals: Totals }> {
  const kafka = await useKafka(t)
  const folder = await tempFolder(t)
  const database = join(folder, 'totals.db')
  const ledgerFile = join(folder, 'ledger.json')
  const env = {
    TIDEMARK_BROKERS: kafka.brokers.join(','),
    TIDEMARK_TOPIC: uniqueName('orders'),
    TIDEMARK_GROUP: uniqueName('order-totals'),
    TIDEMARK_INSTANCE: 'one',
    TIDEMARK_DATABASE: database,
  }
  const producerArgs = ['--count', String(orders), '--rate', '10000', '--seed', String(seed), '--ledger', ledgerFile]
  const producer = startProgram(t, join(samples, 'orders.ts'), env, producerArgs)
  await producer.says(/Producing/)
  await killAtRandomMoments(t, pipeline, env, () => committedOffsets(database))
  assert.equal(await producer.ended, 0, producer.output())

  if (committedOffsets(database) < orders) await finish(startProgram(t, pipeline, env), database)
  return { ledger: JSON.parse(await readFile(ledgerFile, 'utf8')), totals: totalsIn(database) }
}

async function finish(last: Program, database: string): Promise<void> {
  await until('every order is committed', () => last.hasEnded() || committedOffsets(database) === orders, {
    deadlineMs: 120_000,
  })
  last.signal('SIGTERM')
  assert.equal(await last.ended, 0, last.output())
}

async function killAtRandomMoments(
  t: TestContext,
  file: string,
  env: NodeJS.ProcessEnv,
  committed: () => number,
): Promise<void> {
  const random = seededRandom(seed)
  for (let kill = 0; kill < kills; kill++) {
    const stood = committed()
    const program = startProgram(t, file, env)
    // Most kills hit a pipeline at work, however long its start takes here; every fifth one wherever its start has come to.
    if (kill % 5 !== 0)
      await until('the pipeline is at work', () => {
        const stands = committed()
        return program.hasEnded() || stands > stood || stands === orders
      })
    // The moment is the experiment's input, not a wait for something.
    await pause(random.integer(600))
    program.signal('SIGKILL')
    assert.equal(await program.ended, 'SIGKILL', program.output())
  }
}

/** 0 as well where the pipeline has not made its table yet. */
function committedOffsets(path: string): number {
  if (!existsSync(path)) return 0
  const isThere = query(path, "select 1 from sqlite_master where name = 'tidemark_offsets'").length > 0
  if (!isThere) return 0
  return query<{ sum: number }>(path, 'select sum(next_offset) as sum from tidemark_offsets')[0]?.sum ?? 0
}

function totalsIn(path: string): Totals {
  const rows = query<{ customer: string; cents: number }>(
    path,
    'select customer, sum(cents) as cents from totals group by customer order by customer',
  )
  return Object.fromEntries(rows.map(({ customer, cents }) => [customer, cents]))
}

function query<Row>(path: string, sql: string): Row[] {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 })
  try {
    return database.prepare(sql).all() as Row[]
  } finally {
    database.close()
  }
}
