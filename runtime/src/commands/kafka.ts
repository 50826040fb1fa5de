/** `tidemark kafka up|down|status|logs`: a Kafka of one's own on this machine. */
import {
  localKafkaLogs,
  localKafkaStatus,
  type RunningCluster,
  startLocalKafka,
  stopLocalKafka,
} from '../localKafka/index.ts'
import { keyValues, oneOf, parse, wholeNumber } from './arguments.ts'
import { type Command, exitCodes, type Terminal, UsageError } from './command.ts'

const options = {
  name: { type: 'string' },
  data: { type: 'string' },
  brokers: { type: 'string' },
  port: { type: 'string' },
  config: { type: 'string', multiple: true },
  ephemeral: { type: 'boolean' },
  engine: { type: 'string' },
  timeout: { type: 'string' },
  'delete-data': { type: 'boolean' },
  lines: { type: 'string' },
  json: { type: 'boolean' },
} as const

export const kafka: Command = {
  summary: 'Start, stop and look at a local Kafka (Docker, or Java)',
  help: `tidemark kafka up      start a cluster, or find it running; it outlives this command
tidemark kafka down    end exactly what 'up' started
tidemark kafka status  what runs, and whether it answers
tidemark kafka logs    the brokers' last log lines

up:
  --brokers 1|3        number of brokers (1)
  --port N             the first broker's port (9092, or a free one when that is taken)
  --config key=value   a line of server.properties for every broker; may be repeated
  --ephemeral          'down' removes the data
  --engine docker|java instead of Docker when an engine answers, else Java
  --timeout SECONDS    how long to wait for the first answer (60)
down:
  --delete-data        remove the data of a cluster that is not ephemeral
logs:
  --lines N            lines a broker (100)
all:
  --name NAME          one of several clusters (default)
  --data FOLDER        where clusters are kept
  --json               (up, status) for programs

Exit codes: 0 done, 1 failed, 2 arguments not understood, 3 (status) not running.
Environment: TIDEMARK_KAFKA_HOME an unpacked Kafka release; TIDEMARK_CACHE_HOME, TIDEMARK_DATA_HOME, JAVA_HOME.`,

  async run(args, terminal) {
    const { values, positionals } = parse(args, options)
    const [action, ...rest] = positionals
    if (rest.length > 0) throw new UsageError(`'${rest[0]}' is one word too many`)
    const address = {
      env: terminal.env,
      ...(values.name === undefined ? {} : { name: values.name }),
      ...(values.data === undefined ? {} : { folder: values.data }),
    }
    const asJson = values.json === true
    if (action === 'up') return up(values, address, asJson, terminal)
    if (action === 'down') return down({ ...address, isDataRemoved: values['delete-data'] === true }, terminal)
    if (action === 'status') return status(address, asJson, terminal)
    if (action === 'logs')
      return logs({ ...address, lines: wholeNumber('lines', values.lines, 1, 100_000) ?? 100 }, terminal)
    throw new UsageError(
      action === undefined
        ? 'kafka takes up, down, status or logs'
        : `kafka knows up, down, status and logs, not '${action}'`,
    )
  },
}

type Values = ReturnType<typeof parse<typeof options>>['values']
type Address = NonNullable<Parameters<typeof localKafkaStatus>[0]>

async function up(values: Values, address: Address, asJson: boolean, terminal: Terminal): Promise<number> {
  const brokers = oneOf('brokers', values.brokers, ['1', '3'])
  const port = wholeNumber('port', values.port, 0, 65_535)
  const engine = oneOf('engine', values.engine, ['auto', 'docker', 'java'])
  const timeoutSeconds = wholeNumber('timeout', values.timeout, 1, 3_600)
  const cluster = await startLocalKafka({
    ...address,
    brokers: brokers === '3' ? 3 : 1,
    configs: keyValues('config', values.config),
    isEphemeral: values.ephemeral === true,
    ...(port === undefined ? {} : { port }),
    ...(engine === undefined ? {} : { engine }),
    ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1_000 }),
    progress: text => terminal.error(text),
  })
  terminal.out(asJson ? JSON.stringify(cluster) : summaryOf(cluster))
  return exitCodes.done
}

function summaryOf({ brokers, engine, pids, folder, isEphemeral, wasRunning }: RunningCluster): string {
  const how = engine === 'docker' ? 'in Docker' : `under Java, process ${pids.join(', ')}`
  const data = isEphemeral ? 'removed by down' : folder
  return `Kafka ${wasRunning ? 'was already serving' : 'serves'} ${brokers.join(',')} (${how})\ndata: ${data}`
}

async function down(address: Address & { readonly isDataRemoved: boolean }, terminal: Terminal): Promise<number> {
  const outcome = await stopLocalKafka(address)
  terminal.out(outcome === 'stopped' ? 'Kafka has ended' : 'Kafka was not running')
  return exitCodes.done
}

async function status(address: Address, asJson: boolean, terminal: Terminal): Promise<number> {
  const cluster = await localKafkaStatus(address)
  if (asJson) terminal.out(JSON.stringify(cluster))
  else {
    terminal.out(`${cluster.name}: ${stateNames[cluster.state]}${cluster.engine ? ` (${cluster.engine})` : ''}`)
    for (const { nodeId, address, pid, isRunning, isServing } of cluster.nodes) {
      const state = isServing ? 'serves' : isRunning ? 'runs but does not answer' : 'has ended'
      terminal.out(`  broker ${nodeId}  ${address}  ${pid === undefined ? '' : `process ${pid}  `}${state}`)
    }
    terminal.out(`data: ${cluster.folder}`)
  }
  return cluster.state === 'running' ? exitCodes.done : exitCodes.notRunning
}

const stateNames = {
  notStarted: 'not started',
  running: 'running',
  starting: 'starting, or busy',
  partlyRunning: 'partly running',
  ended: "ended without 'down'",
} as const

async function logs(address: Address & { readonly lines: number }, terminal: Terminal): Promise<number> {
  const nodes = await localKafkaLogs(address)
  for (const { node, text } of nodes) {
    if (nodes.length > 1) terminal.out(`==> broker ${node} <==`)
    terminal.out(text === '' ? 'nothing was logged yet' : text)
  }
  return exitCodes.done
}
