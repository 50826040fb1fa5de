/** Runs one test file in a process of its own and says what came of it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ReportLine } from './reporter.ts'

const outputBytesMax = 64 << 10

export interface Failure {
  readonly name: string
  readonly message: string
}

export interface FileResult {
  readonly passed: number
  readonly failures: readonly Failure[]
  readonly tookMs: number
  /** What the file printed; its last 64 KB. */
  readonly output: string
}

const running = new Set<ChildProcess>()

/** Every test file's process leads a group of its own, so that whatever a dead test left behind can be ended with it. */
export async function runTestFile(path: string, env: NodeJS.ProcessEnv, timeoutMs: number): Promise<FileResult> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-run-'))
  const reportPath = join(folder, 'report.jsonl')
  const reporter = pathToFileURL(join(import.meta.dirname, 'reporter.ts')).href
  const startedAt = performance.now()
  const args = ['--conditions=source', `--test-reporter=${reporter}`, `--test-reporter-destination=${reportPath}`, path]
  const child = spawn(process.execPath, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  try {
    const output = collect(child)
    const ending = await endOf(child, timeoutMs)
    const lines = parse(await readFile(reportPath, 'utf8').catch(() => ''))
    const failures = [...failuresOf(lines), ...problemsOf(lines, ending)]
    return { passed: lines.filter(isPassed).length, failures, tookMs: performance.now() - startedAt, output: output() }
  } finally {
    endGroup(child)
    running.delete(child)
    await rm(folder, { recursive: true, force: true })
  }
}

/** For a run that is interrupted. */
export function endAllTestFiles(): void {
  for (const child of running) endGroup(child)
}

interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly isTimedOut: boolean
  readonly timeoutMs: number
}

/** Exit, not close: a leftover process may hold the pipes open for as long as it likes. */
function endOf(child: ChildProcess, timeoutMs: number): Promise<Ending> {
  return new Promise((resolve, reject) => {
    let isTimedOut = false
    const timer = setTimeout(() => {
      isTimedOut = true
      endGroup(child)
    }, timeoutMs)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, isTimedOut, timeoutMs })
    })
  })
}

function failuresOf(lines: readonly ReportLine[]): Failure[] {
  return lines.flatMap(line => {
    if (line.kind !== 'test' || line.outcome === 'passed') return []
    const message = line.outcome === 'skipped' ? `did not run: ${line.message || 'skipped'}` : (line.message ?? '')
    return [{ name: line.name, message }]
  })
}

/** What the tests themselves cannot tell: a crash, an early exit, a hang, an empty file. */
function problemsOf(lines: readonly ReportLine[], { code, signal, isTimedOut, timeoutMs }: Ending): Failure[] {
  const tests = lines.filter(line => line.kind === 'test')
  const problem = (message: string): Failure[] => [{ name: '(the file)', message }]
  if (isTimedOut) return problem(`did not end within ${timeoutMs / 1_000} s and was killed`)
  if (signal) return problem(`was ended by ${signal}`)
  if (!lines.some(line => line.kind === 'end'))
    return problem(`its process ended (exit code ${code}) before its tests had`)
  if (tests.length === 0) return problem('holds no test')
  if (code !== 0 && tests.every(isPassed))
    return problem(`every test passed, yet its process ended with exit code ${code}`)
  return []
}

function isPassed(line: ReportLine): boolean {
  return line.kind === 'test' && line.outcome === 'passed'
}

function parse(text: string): ReportLine[] {
  return text
    .split('\n')
    .filter(line => line.endsWith('}'))
    .map(line => JSON.parse(line) as ReportLine)
}

function collect(child: ChildProcess): () => string {
  let kept = ''
  const keep = (chunk: string) => {
    kept = (kept + chunk).slice(-outputBytesMax)
  }
  child.stdout?.setEncoding('utf8').on('data', keep)
  child.stderr?.setEncoding('utf8').on('data', keep)
  return () => kept
}

/** While the leader is not reaped or a member lives, the group's number cannot name another group. */
function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody is left, which is what was wanted.
  }
}
