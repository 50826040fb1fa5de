/**
 * What a pipeline holds while 10,000,000 records pass through it: its process's memory and its live heap, every so many records.
 *
 * Flat means that the second half holds no more than the first; the last line prints the ratio. Records are produced while they are
 * read, so that the log's end moves as it does for a pipeline that never ends.
 *
 * npm run bench memory [-- --records N --steps N --guarantee at-least-once|transactional]
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { useKafka } from '../harness/kafka.ts'
import { compiledContestants } from './contestants/bundle.ts'
import type { Held, HoldingTask } from './contestants/holding.ts'
import { feedInto, makeTopic } from './contestants/orders.ts'

export async function bench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      records: { type: 'string', default: '10000000' },
      steps: { type: 'string', default: '20' },
      guarantee: { type: 'string', default: 'transactional' },
    },
  })
  const records = Number(values.records)
  const cleanUps: (() => unknown)[] = []
  try {
    const { brokers } = await useKafka({ after: cleanUp => void cleanUps.unshift(cleanUp) }, { isOwn: true })
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-memory-'))
    cleanUps.unshift(() => rm(folder, { recursive: true, force: true }))
    const topic = await makeTopic(brokers)
    const everyRecords = Math.ceil(records / Number(values.steps))
    const task: HoldingTask = {
      brokers,
      topic,
      records,
      everyRecords,
      guarantee: values.guarantee,
      path: join(folder, 'a.db'),
    }
    const [held] = await Promise.all([hold(task), feedInto(brokers, topic, records)])
    print(held)
  } finally {
    for (const cleanUp of cleanUps) await cleanUp()
  }
}

async function hold(task: HoldingTask): Promise<Held[]> {
  const script = join(await compiledContestants(['holding']), 'holding.mjs')
  const flags = ['--no-warnings', '--expose-gc', script, JSON.stringify(task)]
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  const held: Held[] = []
  createInterface({ input: child.stdout }).on('line', line => {
    const one = JSON.parse(line) as Held
    held.push(one)
    console.log(`${one.records.toLocaleString('en')} records: ${one.residentMb} MB, of them live ${one.liveMb} MB`)
  })
  const status = await new Promise(resolve => child.once('close', resolve))
  if (status !== 0) throw new Error(`the pipeline ended with ${status}`)
  return held
}

function print(held: readonly Held[]): void {
  const half = Math.floor(held.length / 2)
  const most = (part: readonly Held[], of: (one: Held) => number) => Math.max(...part.map(of))
  const ratio = (of: (one: Held) => number) => (most(held.slice(half), of) / most(held.slice(0, half), of)).toFixed(2)
  console.log(
    `\nmost in the second half / in the first: resident ${ratio(one => one.residentMb)}, live ${ratio(one => one.liveMb)}`,
  )
}
