/**
 * All tests, or those asked for.
 *
 *   npm test                    everything: fast, on a real Kafka, in a browser, in VS Code
 *   npm run test:fast           what needs nothing but Node
 *   npm test -- monitor         files whose path holds `monitor`
 *
 * The last line is `N passed, N failed`; the exit code is 1 when anything failed or could not run.
 */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startLocalKafka, stopLocalKafka } from '@tidemark/runtime/localKafka'
import { clustersFolderVariable, sharedKafkaVariable } from './harness/kafka.ts'
import { ensureKafkaPrerequisites } from './harness/prerequisites.ts'
import { filesOf, matches, repositoryRoot, type Suite, suiteTimeoutMs } from './harness/run/suites.ts'
import { endAllTestFiles, type Failure, runTestFile } from './harness/run/testFile.ts'

/** Jobs side by side: what computes, and what mostly waits for brokers and windows. */
const lanes = { computing: 2, waiting: 3 } as const
/** Each in a window of its own. */
const extensionTests = [
  { path: 'test/extension/index.ts', isUntrusted: false, hasStores: true, isKafkaLocal: false },
  { path: 'test/extension/stepping.ts', isUntrusted: false, hasStores: false, isKafkaLocal: true },
  { path: 'test/extension/untrusted.ts', isUntrusted: true, hasStores: false, isKafkaLocal: false },
] as const

const { values, positionals: filters } = parseArgs({
  options: { fast: { type: 'boolean', default: false } },
  allowPositionals: true,
})
const total = { passed: 0, failed: 0 }
const failed: { readonly where: string; readonly failure: Failure }[] = []

const clusters = await mkdtemp(join(tmpdir(), 'tidemark-clusters-'))
const env: NodeJS.ProcessEnv = { ...process.env, [clustersFolderVariable]: clusters }
// Hundreds of processes load the same sources; the first reads and compiles them for all. Not inside VS Code, which has its own.
const compiled = await mkdtemp(join(tmpdir(), 'tidemark-compiled-'))
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    endAllTestFiles()
    await cleanUp()
    process.exit(130)
  })
}

try {
  await inLanes(lanes.computing, jobsOf('fast'))
  if (!values.fast) {
    await inLanes(lanes.computing, [...jobsOf('slow'), ...jobsOf('ui')])
    // The windows are the longest of these, and come after whatever builds the extension.
    await inLanes(lanes.waiting, [runExtensionSuite, ...(await kafkaJobs())])
  }
} finally {
  await cleanUp()
}
if (total.passed + total.failed === 0)
  record('test/run.ts', { name: '(the run)', message: `no test matches ${filters.join(' ') || 'at all'}` })
summarize()

async function inLanes(count: number, jobs: readonly (() => Promise<void>)[]): Promise<void> {
  const waiting = [...jobs]
  const lane = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await job()
  }
  await Promise.all(Array.from({ length: count }, lane))
}

function jobsOf(suite: Suite): (() => Promise<void>)[] {
  return filesOf(suite, filters).map(path => () => runFile(suite, path))
}

async function runFile(suite: Suite, path: string): Promise<void> {
  const { passed, failures, tookMs, output } = await runTestFile(
    join(repositoryRoot, path),
    { ...env, NODE_COMPILE_CACHE: compiled },
    suiteTimeoutMs(suite),
  )
  total.passed += passed
  const sign = failures.length === 0 ? '✔' : '✖'
  console.log(
    `${sign} ${suite.padEnd(6)} ${path} (${passed} passed, ${failures.length} failed, ${(tookMs / 1_000).toFixed(1)} s)`,
  )
  for (const failure of failures) record(path, failure)
  if (failures.length > 0 && output.trim() !== '') console.log(indent(`output of ${path}:\n${output.trimEnd()}`))
}

/** With the Kafka that they share started; where that fails, so has every file. */
async function kafkaJobs(): Promise<(() => Promise<void>)[]> {
  const files = filesOf('kafka', filters)
  if (files.length === 0) return []
  if (!env[sharedKafkaVariable]) {
    try {
      await ensureKafkaPrerequisites(env)
      const address = {
        name: 'shared',
        folder: clusters,
        engine: 'java',
        isEphemeral: true,
        isDetached: false,
      } as const
      const cluster = await startLocalKafka({ ...address, port: 0, timeoutMs: 120_000, progress: console.log })
      env[sharedKafkaVariable] = cluster.brokers.join(',')
    } catch (error) {
      const message = `no Kafka to run it on: ${(error as Error).message} ${(error as { action?: string }).action ?? ''}`
      for (const path of files) record(path, { name: '(the file)', message })
      return []
    }
  }
  return jobsOf('kafka')
}

async function runExtensionSuite(): Promise<void> {
  for (const { path, ...needs } of extensionTests) {
    if (!matches(path, filters) || !existsSync(join(repositoryRoot, path))) continue
    try {
      Object.assign(process.env, env)
      const { runExtensionSession } = await import('./harness/vscodeSession.ts')
      const report = await runExtensionSession({
        testsPath: join(repositoryRoot, path),
        ...needs,
        onLog: line => console.log(indent(line)),
      })
      total.passed += report.passed
      console.log(
        `${report.failed === 0 ? '✔' : '✖'} vscode ${path} (${report.passed} passed, ${report.failed} failed, ${report.editor} edition)`,
      )
      for (const failure of report.failures) record(path, failure)
      if (report.passed + report.failed === 0)
        record(path, { name: '(the run)', message: 'no test ran inside VS Code' })
    } catch (error) {
      record(path, { name: '(the run)', message: (error as Error).stack ?? String(error) })
    }
  }
}

function record(where: string, failure: Failure): void {
  total.failed++
  failed.push({ where, failure })
  console.log(indent(`✖ ${failure.name}\n${failure.message}`))
}

function summarize(): void {
  if (failed.length > 0) console.log('\nFailed:')
  for (const { where, failure } of failed) console.log(`  ${where}: ${failure.name}`)
  console.log(`${total.passed} passed, ${total.failed} failed`)
  process.exit(total.failed === 0 ? 0 : 1)
}

/** Brokers that a killed test left behind, and the shared one. */
async function cleanUp(): Promise<void> {
  for (const entry of await readdir(clusters, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    await stopLocalKafka({ name: entry.name, folder: clusters, isDataRemoved: true }).catch(error =>
      console.log(String(error)),
    )
  }
  for (const folder of [clusters, compiled]) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ')
}
