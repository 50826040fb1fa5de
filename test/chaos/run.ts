/**
 * npm run chaos -- --guarantee G --store S --client C --kills N --seed X [--brokers 3] [--zombies] [--flaw F]
 *
 * Exits 0 when the guarantee was kept, 1 when it was not, 2 when the experiment could not be run.
 */
import { parseArgs } from 'node:util'
import { runExperiment } from './experiment.ts'
import { type Flaw, flaws, zombieFlaws } from './flaws.ts'
import { clients, type GuaranteeChoice, guarantees, type StoreChoice, stores } from './settings.ts'

const { values } = parseArgs({
  options: {
    guarantee: { type: 'string', default: 'transactional' },
    store: { type: 'string', default: 'sqlite' },
    client: { type: 'string', default: 'kafkajs' },
    kills: { type: 'string', default: '40' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    brokers: { type: 'string', default: '1' },
    flaw: { type: 'string' },
    zombies: { type: 'boolean', default: false },
  },
})

function oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find(choice => choice === value)
  if (found !== undefined) return found
  console.error(`--${option} must be one of ${choices.join(', ')}, not ${value}.`)
  process.exit(2)
}

const cleanUps: (() => unknown)[] = []
const scope = { after: (cleanUp: () => unknown) => void cleanUps.push(cleanUp) }

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await cleanUp()
    process.exit(130)
  })
}

/** What a guarantee cannot be kept in: said before anything is started. */
function refuseUnfit(guarantee: GuaranteeChoice, store: StoreChoice): void {
  const fit: Partial<Record<GuaranteeChoice, readonly StoreChoice[]>> = {
    transactional: ['kafka', 'sqlite', 'postgres'],
    idempotent: ['sqlite', 'checkpoint', 'postgres', 'zookeeper'],
  }
  if (fit[guarantee]?.includes(store) ?? true) return
  console.error(`--guarantee ${guarantee} needs --store ${fit[guarantee]?.join(', ')}, not ${store}.`)
  process.exit(2)
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 0) return value
  console.error(`--${option} must be a whole number, not ${text}.`)
  process.exit(2)
}

try {
  const flaw = values.flaw === undefined ? undefined : oneOf('flaw', values.flaw, Object.keys(flaws) as Flaw[])
  const guarantee = oneOf('guarantee', values.guarantee, guarantees)
  const store = oneOf('store', values.store, stores)
  refuseUnfit(guarantee, store)
  console.log(`seed ${values.seed}`)
  const verdict = await runExperiment(scope, {
    guarantee,
    store,
    client: oneOf('client', values.client, clients),
    kills: wholeNumber('kills', values.kills),
    seed: wholeNumber('seed', values.seed),
    brokers: oneOf('brokers', values.brokers, ['1', '3']) === '3' ? 3 : 1,
    ...(flaw ? { flaw } : {}),
    hasZombies: values.zombies || (flaw !== undefined && zombieFlaws.has(flaw)),
    say: line => console.log(line),
  })
  console.log(JSON.stringify(verdict))
  console.log(verdict.isKept ? `${values.guarantee} was kept.` : `${values.guarantee} was NOT kept.`)
  process.exitCode = verdict.isKept ? 0 : 1
} catch (error) {
  console.error(error)
  process.exitCode = 2
} finally {
  await cleanUp()
}

async function cleanUp(): Promise<void> {
  for (const step of cleanUps.splice(0).reverse()) await step()
}
