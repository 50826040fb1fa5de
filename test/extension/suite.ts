/** A test runner small enough to live in an extension host: tests one after another, each with a deadline, a report in a file. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { screenshot } from './driver.ts'
import { driverFolderVariable, logPrefix } from './variables.ts'

const defaultTimeoutMs = Number(process.env.TIDEMARK_TEST_TIMEOUT_MS ?? 240_000)
const cleanUpTimeoutMs = 20_000
const handoverFile = 'reloaded.json'

export interface TestScope {
  /** Runs when the test is over, last registered first. */
  after(cleanUp: () => unknown): void
}

interface Case {
  readonly name: string
  readonly run: (t: TestScope) => unknown
  readonly timeoutMs: number
}

/** A test of two halves: this extension host dies with the window, the next one runs the second. */
interface ReloadCase {
  readonly name: string
  readonly before: (t: TestScope) => Promise<unknown>
  readonly after: (t: TestScope, handedOver: never) => unknown
}

interface Report {
  readonly names: string[]
  readonly failures: { readonly name: string; readonly message: string }[]
}

const cases: Case[] = []
let reloadCase: ReloadCase | undefined

export function test(name: string, run: (t: TestScope) => unknown, { timeoutMs = defaultTimeoutMs } = {}): void {
  cases.push({ name, run, timeoutMs })
}

/**
 * The last test of its window: `before`, a reload of the window, and `after` in the window as it came back, with what
 * `before` has answered (JSON). What `before` would clean up stays: it goes with the window's Kafka.
 */
export function testReload<HandedOver>(
  name: string,
  before: (t: TestScope) => Promise<HandedOver>,
  after: (t: TestScope, handedOver: HandedOver) => unknown,
): void {
  reloadCase = { name, before, after }
}

/** Runs what was defined and reports; a failed test does not keep the others from running. */
export function runAll(): Promise<void> {
  return runOnly(process.env.TIDEMARK_TEST_ONLY)
}

/** As {@link runAll}, only tests whose name matches the regular expression `only`. */
export async function runOnly(only: string | undefined): Promise<void> {
  const isAsked = ({ name }: { readonly name: string }): boolean => !only || new RegExp(only).test(name)
  const reload = reloadCase && isAsked(reloadCase) ? reloadCase : undefined
  const came = reload && (await fromBeforeReload())
  if (came) {
    await runAndRecord(came.report, { ...reload, run: t => reload.after(t, came.handedOver as never) })
    return writeReport(came.report)
  }
  const report: Report = { names: [], failures: [] }
  for (const one of cases.filter(isAsked)) await runAndRecord(report, one)
  if (reload) await runAndReload(report, reload)
  await writeReport(report)
}

/** Does not come back when all is well. */
async function runAndReload(report: Report, { name, before }: ReloadCase): Promise<void> {
  const isReloading = async (t: TestScope): Promise<void> => {
    await writeFile(inDriverFolder(handoverFile), JSON.stringify({ report, handedOver: await before(t) }))
    await vscode.commands.executeCommand('workbench.action.reloadWindow')
    await new Promise(() => undefined)
  }
  await runAndRecord(report, { name, run: isReloading })
}

async function fromBeforeReload(): Promise<{ readonly report: Report; readonly handedOver: unknown } | undefined> {
  const text = await readFile(inDriverFolder(handoverFile), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}

async function runAndRecord(report: Report, one: Omit<Case, 'timeoutMs'> & Partial<Case>): Promise<void> {
  const startedAt = performance.now()
  const error = await runOne({ timeoutMs: defaultTimeoutMs, ...one })
  const tookMs = Math.round(performance.now() - startedAt)
  say(`${error === undefined ? 'ok  ' : 'FAIL'} ${one.name} (${tookMs} ms)`)
  if (error === undefined) report.names.push(one.name)
  else {
    report.failures.push({ name: one.name, message: error })
    say(error)
  }
}

async function writeReport({ names, failures }: Report): Promise<void> {
  const report = { passed: names.length, failed: failures.length, names, failures }
  await writeFile(inDriverFolder('report.json'), JSON.stringify(report))
}

function inDriverFolder(name: string): string {
  return join(process.env[driverFolderVariable] ?? '.', name)
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
