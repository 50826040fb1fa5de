/** One broker process under Java: formatting its folder, starting it, waiting until it serves, ending it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { access, mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { loggingConfiguration, type NodePlan, serverProperties } from './configuration.ts'
import { LocalKafkaError } from './errors.ts'
import type { Environment } from './folders.ts'
import { askBrokers } from './metadataProbe.ts'
import { identityOf, isRunning, type ProcessIdentity, signalProcess } from './processIdentity.ts'

const run = promisify(execFile)
const pollMs = 40
const logLinesShown = 15
const gracefulStopMs = 15_000
const killMs = 10_000

export interface NodeFiles {
  readonly properties: string
  readonly logging: string
  readonly log: string
  /** What the process says outside its log: a JVM that cannot start, a crash. */
  readonly output: string
  readonly data: string
}

export interface JavaSetup {
  readonly javaPath: string
  readonly classPath: string
  readonly isDetached: boolean
  readonly env: Environment
}

export function nodeFiles(folder: string, nodeId: number): NodeFiles {
  return {
    properties: join(folder, `node-${nodeId}.properties`),
    logging: join(folder, `node-${nodeId}-log4j2.xml`),
    log: join(folder, `node-${nodeId}.log`),
    output: join(folder, `node-${nodeId}.out`),
    data: join(folder, `node-${nodeId}`),
  }
}

/**
 * Writes a node's configuration and, where its folder is new, formats it for the cluster.
 * @throws {LocalKafkaError} CONFIG_INVALID with Kafka's own words.
 */
export async function prepareNode(
  plan: NodePlan,
  files: NodeFiles,
  clusterId: string,
  setup: JavaSetup,
): Promise<void> {
  await mkdir(files.data, { recursive: true })
  await writeFile(files.properties, serverProperties(plan))
  await writeFile(files.logging, loggingConfiguration(files.log))
  if (
    await access(join(files.data, 'meta.properties')).then(
      () => true,
      () => false,
    )
  )
    return
  const tool = ['-XX:TieredStopAtLevel=1', '-cp', setup.classPath, 'kafka.tools.StorageTool']
  try {
    await run(setup.javaPath, [...tool, 'format', '-t', clusterId, '-c', files.properties], { env: { ...setup.env } })
  } catch (error) {
    const { stderr, stdout, message } = error as Error & { stderr?: string; stdout?: string }
    throw new LocalKafkaError('CONFIG_INVALID', { output: lastLines(causes(`${stdout}${stderr}`), 3) || message })
  }
}

/** Starts the broker; its output goes to files, so that it lives on when this process ends. */
export async function startNode(
  files: NodeFiles,
  setup: JavaSetup,
): Promise<{ child: ChildProcess; identity: ProcessIdentity | undefined }> {
  const output = await open(files.output, 'w')
  try {
    const args = [
      '-Xmx512m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-XX:+ExitOnOutOfMemoryError',
      `-Dlog4j2.configurationFile=${files.logging}`,
      '-cp',
      setup.classPath,
      'kafka.Kafka',
      files.properties,
    ]
    const child = spawn(setup.javaPath, args, {
      detached: setup.isDetached,
      env: { ...setup.env },
      stdio: ['ignore', output.fd, output.fd],
      windowsHide: true,
    })
    child.unref()
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    return { child, identity: await identityOf(child.pid as number) }
  } finally {
    await output.close()
  }
}

/**
 * Waits until the broker at `port` knows `brokers` brokers, or its process has ended, or `signal` aborts.
 * @throws {LocalKafkaError} BROKER_EXITED as soon as the process ends, START_TIMEOUT.
 */
export async function waitUntilServing(
  { nodeId, port, brokers, timeoutMs }: { nodeId: number; port: number; brokers: number; timeoutMs: number },
  files: NodeFiles,
  child: ChildProcess,
): Promise<void> {
  const deadline = AbortSignal.timeout(timeoutMs)
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) {
      const exit = child.signalCode ?? `exit code ${child.exitCode}`
      throw new LocalKafkaError('BROKER_EXITED', { node: nodeId, exit, log: await lastWords(files), path: files.log })
    }
    if (deadline.aborted)
      throw new LocalKafkaError('START_TIMEOUT', {
        seconds: timeoutMs / 1_000,
        log: await lastWords(files),
        path: files.log,
      })
    const known = await askBrokers(port, 2_000).catch(() => [])
    if (known.length >= brokers) return
    await pause(pollMs)
  }
}

/**
 * Ends exactly these processes: asks them all (a controller quorum stops together or not at all), and kills those that stay.
 * @throws {LocalKafkaError} NOT_STOPPED.
 */
export async function endNodes(
  processes: readonly (ProcessIdentity & { readonly nodeId: number })[],
  isGraceful: boolean,
): Promise<void> {
  if (isGraceful) {
    await Promise.all(processes.map(process => signalProcess(process, 'SIGTERM')))
    await Promise.all(processes.map(process => ended(process, gracefulStopMs)))
  }
  await Promise.all(
    processes.map(async process => {
      await signalProcess(process, 'SIGKILL')
      if (!(await ended(process, killMs)))
        throw new LocalKafkaError('NOT_STOPPED', { node: process.nodeId, pid: process.pid, seconds: killMs / 1_000 })
    }),
  )
}

async function ended(process: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = AbortSignal.timeout(timeoutMs)
  while (await isRunning(process)) {
    if (deadline.aborted) return false
    await pause(pollMs)
  }
  return true
}

/** The last lines of a node's log, or of what it said before it could log. */
export async function lastWords(files: NodeFiles, lines = logLinesShown): Promise<string> {
  const [log, output] = await Promise.all([files.log, files.output].map(path => readFile(path, 'utf8').catch(() => '')))
  return lastLines([log, output].filter(text => text?.trim()).join('\n'), lines)
}

function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n')
}

/** Kafka says what it refuses in the message of an exception; the frames below it help nobody who typed an option. */
function causes(text: string): string {
  return text
    .split('\n')
    .filter(line => line.trim() !== '' && !/^\s+(at |\.\.\. )/.test(line))
    .join('\n')
}
