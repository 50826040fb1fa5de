/** A test runner small enough to live in an extension host: tests one after another, each with a deadline, a report in a file. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { screenshot } from './driver.ts'
import { driverFolderVariable, logPrefix } from './variables.ts'

const defaultTimeoutMs = Number(process.env.TIDEMARK_TEST_TIMEOUT_MS ?? 240_000)
const cleanUpTimeoutMs = 20_000

export interface TestScope {
  /** Runs when the test is over, last registered first. */
  after(cleanUp: () => unknown): void
}

interface Case {
  readonly name: string
  readonly run: (t: TestScope) => unknown
  readonly timeoutMs: number
}

const cases: Case[] = []

export function test(name: string, run: (t: TestScope) => unknown, { timeoutMs = defaultTimeoutMs } = {}): void {
  cases.push({ name, run, timeoutMs })
}

/** Runs what was defined and reports; a failed test does not keep the others from running. */
export function runAll(): Promise<void> {
  return runOnly(process.env.TIDEMARK_TEST_ONLY)
}

/** As {@link runAll}, only tests whose name matches the regular expression `only`. */
export async function runOnly(only: string | undefined): Promise<void> {
  const failures: { name: string; message: string }[] = []
  const passed: string[] = []
  for (const one of cases) {
    if (only && !new RegExp(only).test(one.name)) continue
    const startedAt = performance.now()
    const error = await runOne(one)
    const tookMs = Math.round(performance.now() - startedAt)
    say(`${error === undefined ? 'ok  ' : 'FAIL'} ${one.name} (${tookMs} ms)`)
    if (error === undefined) passed.push(one.name)
    else {
      failures.push({ name: one.name, message: error })
      say(error)
    }
  }
  const report = { passed: passed.length, failed: failures.length, names: passed, failures }
  await writeFile(join(process.env[driverFolderVariable] ?? '.', 'report.json'), JSON.stringify(report))
}

export function say(text: string): void {
  for (const line of text.split('\n')) console.log(`${logPrefix}${line}`)
}

/** The failure's text, or nothing. Cleaning up has a deadline of its own: one that hangs must not hold the run. */
async function runOne({ name, run, timeoutMs }: Case): Promise<string | undefined> {
  const cleanUps: (() => unknown)[] = []
  let error = await failureOf(() => run({ after: cleanUp => cleanUps.push(cleanUp) }), timeoutMs)
  if (error !== undefined) {
    // What VS Code wanted to tell stands in the list of notifications.
    await vscode.commands.executeCommand('notifications.showList')
    await screenshot(`failed-${name.replaceAll(/\W+/g, '-').slice(0, 40)}`).catch(() => undefined)
  }
  for (const cleanUp of cleanUps.reverse()) {
    const failure = await failureOf(cleanUp, cleanUpTimeoutMs)
    error ??= failure
  }
  return error
}

async function failureOf(run: () => unknown, timeoutMs: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error(`not done within ${timeoutMs} ms`)), timeoutMs)
  })
  try {
    await Promise.race([run(), late])
    return undefined
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : `threw ${String(error)}`
  } finally {
    clearTimeout(timer)
  }
}
