#!/usr/bin/env node
/** `tidemark-lint`: the analyzer's second door. Exit code 0: clean, 1: findings, 2: could not do what was asked. */
import { readFileSync, realpathSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { enableCompileCache } from 'node:module'
import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Arguments, help, parseArguments, UsageError } from './analysis/commandLine/arguments.ts'
import { findFiles } from './analysis/commandLine/fileSearch.ts'
import { whyNotWritten } from './analysis/commandLine/notWritten.ts'
import { type Outcome, run } from './analysis/commandLine/run.ts'
import { createDisk } from './analysis/engine/disk.ts'
import { type Baseline, BaselineError, baselineOf, parseBaseline } from './analysis/findings/baseline.ts'
import { ruleIds } from './analysis/findings/catalog.ts'
import { githubReport } from './analysis/report/github.ts'
import { jsonReport } from './analysis/report/json.ts'
import { isFailure, type Report } from './analysis/report/report.ts'
import { sarifReport } from './analysis/report/sarif.ts'
import { textReport } from './analysis/report/text.ts'
import { findSettings, noSettings, parseSettings, type Settings } from './analysis/settings/settings.ts'
import { createThreadedOracle } from './frontends/typescript/types/threadedOracle.ts'
import { version } from './version.ts'

/** What the run may use of the process, so that a test can stand in for it. */
export interface Terminal {
  readonly workingFolder: string
  readonly isColored: boolean
  readStdin(): Promise<string>
  /** Resolves when the text is handed over, so that an exit does not cut it off. */
  print(text: string): Promise<void>
  printError(text: string): Promise<void>
}

export async function main(args: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  try {
    const parsed = parseArguments(args, ruleIds)
    if (parsed.asks === 'help') await terminal.print(help(ruleIds))
    else if (parsed.asks === 'version') await terminal.print(`${version}\n`)
    else return await lint(parsed, terminal)
    return 0
  } catch (error) {
    const isExpected = error instanceof UsageError || error instanceof BaselineError
    const message = isExpected
      ? error.message
      : `This is a defect, please report it: ${(error as Error).stack ?? error}`
    await terminal.printError(`tidemark-lint: ${message}\n`)
    return 2
  }
}

async function lint(args: Arguments, terminal: Terminal): Promise<0 | 1 | 2> {
  const { workingFolder } = terminal
  const settings = settingsFor(args, workingFolder)
  for (const { path, line, character, message } of settings.problems)
    await terminal.printError(`${relative(workingFolder, path)}:${line + 1}:${character + 1} ${message}\n`)
  if (settings.problems.length > 0) return 2
  const stdin = args.isStdin
    ? { path: resolve(workingFolder, args.stdinFileName ?? 'stdin.ts'), text: await terminal.readStdin() }
    : undefined
  const ignored = settings.path ? { folder: dirname(settings.path), lines: settings.ignore } : undefined
  const { paths, problems } = stdin
    ? { paths: [], problems: [] }
    : findFiles({ workingFolder, patterns: args.paths, ignored, seesIgnored: args.seesIgnored })
  for (const problem of problems) await terminal.printError(`tidemark-lint: ${problem}\n`)
  const baselinePath = args.baseline ? resolve(workingFolder, args.baseline) : settings.baseline
  const oracle = createThreadedOracle()
  const outcome = await run({
    workingFolder,
    version,
    paths,
    settings,
    only: args.rules.length > 0 ? new Set(args.rules) : undefined,
    fixes: args.fixes,
    stdin,
    baseline: baselinePath && !args.writesBaseline ? readBaseline(baselinePath) : undefined,
    disk: createDisk(),
    oracle,
  }).finally(() => oracle.stop())
  if (args.writesBaseline) return writeBaseline(baselinePath, outcome, terminal)
  await printReport(args, outcome, terminal)
  if (problems.length > 0 || outcome.report.notes.some(isFailure)) return 2
  return hasFailed(outcome.report, args.warningsMax ?? settings.warningsMax ?? 0) ? 1 : 0
}

function settingsFor(args: Arguments, workingFolder: string): Settings {
  if (args.config === undefined) return findSettings(workingFolder, ruleIds, readIfThere)
  const path = resolve(workingFolder, args.config)
  const text = readIfThere(path)
  if (text === undefined) throw new UsageError(`The configuration '${args.config}' cannot be read.`)
  const settings = parseSettings(path, text, ruleIds)
  return settings.path ? settings : noSettings
}

function readBaseline(path: string): { path: string; content: Baseline } {
  const text = readIfThere(path)
  if (text === undefined)
    throw new UsageError(`The baseline '${path}' cannot be read. Make it with --baseline ${path} --write-baseline.`)
  try {
    return { path, content: parseBaseline(text) }
  } catch (error) {
    throw new UsageError(
      `The baseline '${path}' cannot be used: ${(error as Error).message}. Make it anew with --write-baseline.`,
    )
  }
}

async function writeBaseline(
  path: string | undefined,
  { allFindings, report }: Outcome,
  terminal: Terminal,
): Promise<0 | 2> {
  if (path === undefined)
    throw new UsageError('--write-baseline needs --baseline <file>, or the key baseline of the configuration.')
  const baseline = baselineOf(allFindings, { folder: dirname(path), textOf: report.textOf })
  try {
    await writeFile(path, `${JSON.stringify(baseline, undefined, 2)}\n`)
  } catch (error) {
    throw new UsageError(`The baseline '${path}' cannot be written: ${whyNotWritten(error)}.`)
  }
  await terminal.print(
    `${allFindings.length} findings are in the baseline ${relative(terminal.workingFolder, path)}.\n`,
  )
  return report.notes.some(isFailure) ? 2 : 0
}

async function printReport(
  args: Arguments,
  { report, fixedCount, stdinText }: Outcome,
  terminal: Terminal,
): Promise<void> {
  const isColored = args.isColored ?? (args.output === undefined && terminal.isColored)
  const formats = {
    text: () => textReport(report, { isColored }),
    json: () => jsonReport(report),
    sarif: () => sarifReport(report),
    github: () => githubReport(report),
  }
  const text = formats[args.format]()
  // With --fix and --stdin the fixed text is the answer, so the report goes where errors go.
  const isFilter = args.fixes && stdinText !== undefined
  if (isFilter) await terminal.print(stdinText)
  if (args.output !== undefined) {
    try {
      await writeFile(resolve(terminal.workingFolder, args.output), text)
    } catch (error) {
      throw new UsageError(`The report '${args.output}' cannot be written: ${whyNotWritten(error)}.`)
    }
  } else await (isFilter ? terminal.printError(text) : terminal.print(text))
  if (fixedCount > 0) await terminal.printError(`${fixedCount} fixed.\n`)
}

function hasFailed({ findings }: Report, warningsMax: number): boolean {
  const count = (severity: string): number => findings.filter(finding => finding.severity === severity).length
  return count('error') > 0 || count('warning') > warningsMax
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch {
    return undefined
  }
}

const processTerminal: Terminal = {
  workingFolder: process.cwd(),
  isColored: process.stdout.isTTY === true && process.stdout.hasColors(),
  async readStdin() {
    const chunks: Buffer[] = []
    for await (const chunk of process.stdin) chunks.push(chunk)
    return Buffer.concat(chunks).toString('utf8')
  },
  print: text => write(process.stdout, text),
  printError: text => write(process.stderr, text),
}

/** A reader that has gone (`| head`) is no failure of ours. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((done, failed) => {
    stream.once('error', error => ('code' in error && error.code === 'EPIPE' ? done() : failed(error)))
    stream.write(text, () => done())
  })
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  enableCompileCache()
  process.exitCode = await main(process.argv.slice(2), processTerminal)
}
