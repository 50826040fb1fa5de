/**
 * The runtime beside the clients its users would otherwise write against: same broker, same topic, same work, interleaved.
 *
 * Each contestant is a process of its own, compiled, and says what it measured; sums are checked against what was produced, so that
 * nobody is fast by skipping. Time and processor time count from the first record handed over to the last one committed,
 * memory is the whole process's peak.
 *
 * npm run bench runtime [-- --records N --rounds N --only name,name --brokers host:port]
 */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { useKafka } from '../harness/kafka.ts'
import { compiledContestants } from './contestants/bundle.ts'
import { type Contestant, contestants } from './contestants/index.ts'
import { feed, type Orders } from './contestants/orders.ts'
import { type Measured, report } from './contestants/report.ts'

export async function bench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      records: { type: 'string', default: '2000000' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string' },
      brokers: { type: 'string' },
    },
  })
  const wanted = contestants.filter(
    ({ name }) => !values.only || values.only.split(',').some(part => name.includes(part)),
  )
  await cleanly(async scope => {
    const brokers = values.brokers?.split(',') ?? (await useKafka(scope, { isOwn: true })).brokers
    const folder = await mkdtemp(join(tmpdir(), 'tidemark-bench-'))
    scope.after(() => rm(folder, { recursive: true, force: true }))
    const orders = await feed(brokers, wholeNumber('records', values.records))
    console.log(
      `${orders.records.toLocaleString('en')} records of ${orders.bytesPerRecord} bytes in ${orders.partitions} partitions`,
    )
    const few = await feed(brokers, Math.ceil(orders.records / 10))
    const folderOfContestants = await compiledContestants(['main'])
    const measured: Measured[] = []
    for (let round = 1; round <= wholeNumber('rounds', values.rounds); round++) {
      for (const contestant of wanted) {
        const result = await run(
          join(folderOfContestants, 'main.mjs'),
          contestant,
          brokers,
          contestant.isSmall ? few : orders,
          join(folder, `${measured.length}`),
        )
        measured.push(result)
        console.log(
          `round ${round}: ${contestant.name}: ${Math.round(result.recordsPerS).toLocaleString('en')} records/s`,
        )
      }
    }
    console.log(`\n${report(measured)}`)
  })
}

/** One contestant in one process. It prints its measurement as its last line. */
async function run(
  script: string,
  contestant: Contestant,
  brokers: readonly string[],
  orders: Orders,
  scratch: string,
): Promise<Measured> {
  const task = JSON.stringify({ ...orders, brokers, scratch })
  const startedMs = performance.timeOrigin + performance.now()
  const flags = ['--no-warnings', ...(contestant.flags ?? [])]
  const child = spawn(process.execPath, [...flags, script, contestant.name, task, `${startedMs}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let last = ''
  const lines = createInterface({ input: child.stdout })
  lines.on('line', line => {
    last = line
  })
  const status = await new Promise(resolve => child.once('close', resolve))
  if (status !== 0) throw new Error(`${contestant.name} ended with ${status}`)
  return { ...(JSON.parse(last) as Measured), contestant }
}

async function cleanly(work: (scope: { after(cleanUp: () => unknown): void }) => Promise<void>): Promise<void> {
  const cleanUps: (() => unknown)[] = []
  try {
    await work({ after: cleanUp => void cleanUps.unshift(cleanUp) })
  } finally {
    for (const cleanUp of cleanUps) await cleanUp()
  }
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(`--${flag} must be a whole number above 0, not ${text}`)
}
