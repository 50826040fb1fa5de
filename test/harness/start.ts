/**
 * `npm start`: one look at everything. Builds, starts a local Kafka, feeds orders without end, shows what the analyzer finds in
 * the samples and how the group's lag moves, and opens VS Code on them. Ctrl+C ends all that it started.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { kafkajs } from '../../runtime/src/clients/kafkajs.ts'
import { LocalKafkaError, startLocalKafka, stopLocalKafka } from '../../runtime/src/localKafka/index.ts'
import { bundle } from './bundle.ts'
import { openVsCode } from './vscode.ts'

const root = resolve(import.meta.dirname, '../..')
const samples = join(root, 'runtime/samples')
const topic = 'orders'
const partitionCount = 4
const ordersPerSecond = 50
const lagEveryMs = 5_000

const stopping = new AbortController()
const endings: (() => Promise<unknown>)[] = []

await main()

async function main(): Promise<void> {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort())
  try {
    await showEverything()
  } catch (error) {
    if (!stopping.signal.aborted) {
      say(`It could not go on: ${error instanceof Error ? error.message : error}`)
      process.exitCode = 1
    }
  } finally {
    say('Ending what was started.')
    for (const end of endings.reverse()) await end().catch(error => say(`While ending: ${error}`))
  }
}

async function showEverything(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-start-'))
  endings.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))

  say('Building the extension, the language server and the runtime.')
  const building = bundle()
  const brokers = await startKafka()
  await building
  abortable()

  await createTopic(brokers)
  const env = { TIDEMARK_BROKERS: brokers, TIDEMARK_DATABASE: join(folder, 'totals.db') }
  sample('order-totals/orders.ts', ['--rate', String(ordersPerSecond)], env)
  say(`Feeding ${ordersPerSecond} orders a second into topic '${topic}'.`)
  sample('order-totals/totals-right.ts', [], { ...env, TIDEMARK_INSTANCE: 'npm-start' })

  say("What the analyzer finds in the samples ('npx tidemark-lint runtime/samples'):\n")
  await lint()
  abortable()

  const editor = await openVsCode({
    workspace: samples,
    files: [join(samples, 'order-totals/totals-wrong.ts')],
    dataFolder: join(folder, 'vscode'),
    // What is debugged there writes into a database of its own: the totals fed here stay right.
    env: { ...env, TIDEMARK_DATABASE: join(folder, 'debugged.db') },
  })
  endings.push(() => editor.close())
  say(editor.url ? `VS Code is open in your browser at\n\n    ${editor.url}\n` : 'VS Code has opened on the samples.')
  say(
    "Open order-totals/totals-wrong.ts for the warnings, and press 'Debug pipeline' above a pipeline. Ctrl+C ends everything.",
  )
  await showLag(brokers)
}

async function startKafka(): Promise<string> {
  // A cluster whose data somebody keeps under the default name serves as well, and keeps its data.
  const cluster = await startLocalKafka({ isEphemeral: true, progress: say }).catch(error => {
    if (error instanceof LocalKafkaError && error.code === 'ALREADY_DIFFERENT')
      return startLocalKafka({ progress: say })
    throw error
  })
  if (!cluster.wasRunning) endings.push(() => stopLocalKafka())
  const brokers = cluster.brokers.join(',')
  say(`Kafka ${cluster.wasRunning ? 'was running already' : 'is running'} at ${brokers} (${cluster.engine}).`)
  return brokers
}

async function createTopic(brokers: string): Promise<void> {
  const client = kafkajs(
    new Kafka({ clientId: 'tidemark-start', brokers: brokers.split(','), logLevel: logLevel.NOTHING }),
  )
  const connection = await client.connect()
  const [existing] = await connection.describeTopics([topic])
  if (!existing) await connection.createTopics([{ topic, partitions: partitionCount }])
  await connection.close()
}

/** Runs until the end; a sample that ends by itself is said, with its last words above. */
function sample(file: string, args: readonly string[], env: Readonly<Record<string, string>>): void {
  const child = node([join(samples, file), ...args], env, ['ignore', 'ignore', 'inherit'])
  child.once('exit', code => {
    if (!stopping.signal.aborted) say(`${file} ended by itself with code ${code}.`)
  })
}

async function lint(): Promise<void> {
  const child = node([join(root, 'server/bin/tidemark-lint.js'), relative(process.cwd(), samples) || '.'], {}, [
    'ignore',
    'inherit',
    'inherit',
  ])
  await once(child, 'exit')
}

async function showLag(brokers: string): Promise<void> {
  const child = node(
    [
      join(root, 'runtime/bin/tidemark.js'),
      'lag',
      '--brokers',
      brokers,
      '--group',
      'order-totals',
      '--watch',
      String(lagEveryMs / 1000),
    ],
    {},
    ['ignore', 'inherit', 'inherit'],
  )
  const ended = once(child, 'exit')
  const asked = new Promise<void>(done => stopping.signal.addEventListener('abort', () => done(), { once: true }))
  await Promise.race([ended.then(() => asked), asked])
}

function node(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  stdio: ('ignore' | 'inherit')[],
): ChildProcess {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio })
  endings.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
  })
  return child
}

function abortable(): void {
  stopping.signal.throwIfAborted()
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
