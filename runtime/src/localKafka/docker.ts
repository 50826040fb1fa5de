/** Kafka in containers: whether an engine answers, the compose file, and its commands. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { kafkaVersion } from './distribution.ts'
import { LocalKafkaError } from './errors.ts'
import type { Environment } from './folders.ts'
import { askBrokers } from './metadataProbe.ts'

const engineAnswersMs = 5_000
const commandMs = 10 * 60_000
const pollMs = 200

export interface ComposePlan {
  readonly clusterId: string
  readonly clientPorts: readonly number[]
  readonly configs: Readonly<Record<string, string>>
  /** Whether the data lives in the containers only, instead of in volumes. */
  readonly isEphemeral: boolean
}

/** `undefined` when a Docker engine and its compose command answer, else why not. */
export async function dockerProblem(env: Environment): Promise<string | undefined> {
  const engine = await docker(['version', '--format', '{{.Server.Version}}'], env, engineAnswersMs)
  if (engine.problem !== undefined) return engine.problem
  const compose = await docker(['compose', 'version'], env, engineAnswersMs)
  return compose.problem === undefined ? undefined : `the compose plugin is missing (${compose.problem})`
}

/**
 * Brokers talk to each other by container name and to the host by the port that is published on 127.0.0.1 only.
 * The image turns `KAFKA_A_B` into `a.b`: https://github.com/apache/kafka/blob/trunk/docker/examples/README.md
 */
export function composeFile({ clusterId, clientPorts, configs, isEphemeral }: ComposePlan): string {
  const copies = String(clientPorts.length)
  const services = clientPorts.map((port, i) => {
    const nodeId = i + 1
    const properties: Record<string, string> = {
      'offsets.topic.replication.factor': copies,
      'transaction.state.log.replication.factor': copies,
      'transaction.state.log.min.isr': clientPorts.length > 1 ? '2' : '1',
      'share.coordinator.state.topic.replication.factor': copies,
      'share.coordinator.state.topic.min.isr': clientPorts.length > 1 ? '2' : '1',
      'default.replication.factor': copies,
      'group.initial.rebalance.delay.ms': '0',
      'group.coordinator.rebalance.protocols': 'classic,consumer,streams,share',
      ...configs,
      'process.roles': 'broker,controller',
      'node.id': String(nodeId),
      'controller.quorum.voters': clientPorts.map((_, n) => `${n + 1}@kafka-${n + 1}:29093`).join(','),
      'controller.listener.names': 'CONTROLLER',
      'inter.broker.listener.name': 'INTERNAL',
      'listener.security.protocol.map': 'HOST:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT',
      listeners: `HOST://0.0.0.0:${port},INTERNAL://0.0.0.0:29092,CONTROLLER://0.0.0.0:29093`,
      'advertised.listeners': `HOST://127.0.0.1:${port},INTERNAL://kafka-${nodeId}:29092`,
      'log.dirs': '/var/lib/kafka/data',
    }
    const environment = [
      ['CLUSTER_ID', clusterId],
      ...Object.entries(properties).map(([key, value]) => [variableOf(key), value]),
    ]
    return [
      `  kafka-${nodeId}:`,
      `    image: apache/kafka:${kafkaVersion}`,
      `    hostname: kafka-${nodeId}`,
      '    ports:',
      `      - "127.0.0.1:${port}:${port}"`,
      '    environment:',
      ...environment.map(([name, value]) => `      ${name}: ${quote(value ?? '')}`),
      ...(isEphemeral ? [] : ['    volumes:', `      - data-${nodeId}:/var/lib/kafka/data`]),
    ].join('\n')
  })
  const volumes = isEphemeral ? '' : `\nvolumes:\n${clientPorts.map((_, i) => `  data-${i + 1}: {}`).join('\n')}\n`
  return `services:\n${services.join('\n')}\n${volumes}`
}

/** `log.retention.ms` is `KAFKA_LOG_RETENTION_MS`; an underscore is doubled, a dash tripled. */
export function variableOf(key: string): string {
  return `KAFKA_${key.replaceAll('_', '__').replaceAll('-', '___').replaceAll('.', '_').toUpperCase()}`
}

/** @throws {LocalKafkaError} DOCKER_FAILED, PORT_TAKEN. */
export async function composeUp(folder: string, name: string, plan: ComposePlan, env: Environment): Promise<void> {
  await writeFile(composePath(folder), composeFile(plan))
  const { problem } = await docker([...compose(folder, name), 'up', '--detach', '--quiet-pull'], env, commandMs)
  if (problem === undefined) return
  const port = /Bind for [\d.]+:(\d+) failed|listen tcp4? [\d.]+:(\d+)/.exec(problem)
  if (port) throw new LocalKafkaError('PORT_TAKEN', { port: port[1] ?? port[2] ?? '' })
  throw new LocalKafkaError('DOCKER_FAILED', { command: 'up', output: problem })
}

/** Waits until every broker answers; a container that has ended is reported with its last lines. */
export async function waitForContainers(
  folder: string,
  name: string,
  ports: readonly number[],
  timeoutMs: number,
  env: Environment,
): Promise<void> {
  const deadline = AbortSignal.timeout(timeoutMs)
  for (;;) {
    const known = await Promise.all(ports.map(port => askBrokers(port, 2_000).catch(() => [])))
    if (known.every(brokers => brokers.length >= ports.length)) return
    const ended = await docker(
      [...compose(folder, name), 'ps', '--all', '--status', 'exited', '--services'],
      env,
      commandMs,
    )
    if (ended.problem === undefined && ended.stdout.trim() !== '') {
      const log = await composeLogs(folder, name, 15, env)
      throw new LocalKafkaError('BROKER_EXITED', {
        node: ended.stdout.trim(),
        exit: 'its container exited',
        log,
        path: 'in docker compose logs',
      })
    }
    if (deadline.aborted) {
      const log = await composeLogs(folder, name, 15, env)
      throw new LocalKafkaError('START_TIMEOUT', { seconds: timeoutMs / 1_000, log, path: 'in docker compose logs' })
    }
    await pause(pollMs)
  }
}

export async function composeDown(
  folder: string,
  name: string,
  isDataRemoved: boolean,
  env: Environment,
): Promise<void> {
  const args = [...compose(folder, name), 'down', ...(isDataRemoved ? ['--volumes'] : [])]
  const { problem } = await docker(args, env, commandMs)
  if (problem !== undefined) throw new LocalKafkaError('DOCKER_FAILED', { command: 'down', output: problem })
}

export async function composeRestart(folder: string, name: string, env: Environment): Promise<void> {
  const { problem } = await docker([...compose(folder, name), 'restart'], env, commandMs)
  if (problem !== undefined) throw new LocalKafkaError('DOCKER_FAILED', { command: 'restart', output: problem })
}

export async function composeLogs(folder: string, name: string, lines: number, env: Environment): Promise<string> {
  const { stdout, problem } = await docker(
    [...compose(folder, name), 'logs', '--no-color', '--tail', String(lines)],
    env,
    commandMs,
  )
  return problem ?? stdout
}

function compose(folder: string, name: string): string[] {
  return ['compose', '--project-name', `tidemark-${name}`, '--file', composePath(folder)]
}

function composePath(folder: string): string {
  return join(folder, 'compose.yaml')
}

function docker(
  args: readonly string[],
  env: Environment,
  timeoutMs: number,
): Promise<{ stdout: string; problem: string | undefined }> {
  return new Promise(resolve => {
    execFile(
      'docker',
      [...args],
      { env: { ...env }, timeout: timeoutMs, maxBuffer: 16 << 20 },
      (error, stdout, stderr) => {
        if (!error) return resolve({ stdout, problem: undefined })
        if (error.code === 'ENOENT') return resolve({ stdout, problem: 'the docker command was not found' })
        if (error.killed)
          return resolve({ stdout, problem: `docker ${args[0]} gave no answer within ${timeoutMs / 1_000} s` })
        resolve({ stdout, problem: stderr.trim() || error.message })
      },
    )
  })
}

/** YAML's double-quoted scalars take JSON's escapes; `$` would be read by compose as a variable. */
function quote(value: string): string {
  return JSON.stringify(value).replaceAll('$', '$$$$')
}
