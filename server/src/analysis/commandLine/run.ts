/** One run over many files, as the command line makes it: find, discover, check, fix, compare with the baseline. */
import { dirname } from 'node:path'
import type { Finding } from '../../facts/finding.ts'
import type { TypeOracle } from '../../facts/typeOracle.ts'
import type { Rule } from '../../rules/rule.ts'
import { type CheckedFile, checkFile, withoutRepeats } from '../engine/check.ts'
import type { Disk } from '../engine/disk.ts'
import { createEngine, type Engine, type EngineSettings } from '../engine/engine.ts'
import { type Baseline, withoutBaseline } from '../findings/baseline.ts'
import { catalog } from '../findings/catalog.ts'
import { applySafeFixes, replaceFile } from '../fixes/fixes.ts'
import type { Note, Report } from '../report/report.ts'
import type { Level } from '../settings/levels.ts'
import { engineSettings, levelsOf, type Settings } from '../settings/settings.ts'
import { findFiles, packageFolder } from './fileSearch.ts'
import { whyNotWritten } from './notWritten.ts'

export interface RunOptions {
  /** Absolute. */
  readonly workingFolder: string
  readonly version: string
  readonly paths: readonly string[]
  readonly settings: Settings
  readonly only: ReadonlySet<string> | undefined
  readonly fixes: boolean
  /** A text that stands for a file, whatever the disk holds. */
  readonly stdin: { readonly path: string; readonly text: string } | undefined
  readonly baseline: { readonly path: string; readonly content: Baseline } | undefined
  readonly disk: Disk
  /** @defaultValue all rules */
  readonly rules?: readonly Rule[] | undefined
  /** Who knows types where syntax cannot tell; without it rules answer from syntax alone. */
  readonly oracle?: TypeOracle | undefined
}

export interface Outcome {
  readonly report: Report
  /** Before the baseline: what a new baseline is made of. */
  readonly allFindings: readonly Finding[]
  readonly fixedCount: number
  /** The text of stdin after its fixes. */
  readonly stdinText: string | undefined
}

export async function run(options: RunOptions): Promise<Outcome> {
  const { disk, stdin, settings } = options
  const engine = createEngine({
    fileSystem: disk,
    settings: { ...engineSettings(settings), ...onlyThese(options) },
    ...(options.rules ? { rules: options.rules } : {}),
    ...(options.oracle ? { oracle: options.oracle } : {}),
  })
  const paths = stdin ? [stdin.path] : options.paths
  if (stdin) engine.open(stdin.path, stdin.text, 1)
  const lateNotes: Note[] = []
  const found = new Set(await discoverAround(engine, paths, options))
  for (const path of await refined(engine, options, lateNotes)) found.add(path)
  const concerned = paths.filter(path => found.has(path) || path === stdin?.path || mayConcern(path, disk))
  const check = (): CheckedFile[] =>
    concerned.map(path => checkFile(engine, path, { settings: options.settings, only: options.only }))
  let files = check()
  if ((await refined(engine, options, lateNotes)).length > 0) files = check()
  let fixedCount = 0
  if (options.fixes) {
    fixedCount = await fixAll(engine, check, files, options, lateNotes)
    files = check()
  }
  const allFindings = files.flatMap(({ findings }) => findings)
  const textOf = (path: string): string | undefined => engine.text(path)
  const known =
    options.baseline &&
    withoutBaseline(allFindings, options.baseline.content, {
      folder: dirname(options.baseline.path),
      textOf,
    })
  const notes = withoutRepeats([...notesOf(paths, files, disk), ...lateNotes])
  return {
    report: {
      workingFolder: options.workingFolder,
      version: options.version,
      rules: catalog,
      findings: known?.findings ?? allFindings,
      pipelines: files.flatMap(({ pipelines }) => pipelines),
      notes: known && known.staleCount > 0 ? [...notes, staleBaseline(options, known.staleCount)] : notes,
      fileCount: paths.length,
      baselinedCount: known?.baselinedCount ?? 0,
      textOf,
    },
    allFindings,
    fixedCount,
    stdinText: stdin && engine.text(stdin.path),
  }
}

/** The disk knows better than the engine why a file could not be read. */
function notesOf(paths: readonly string[], files: readonly CheckedFile[], disk: Disk): Note[] {
  const asked = new Set(paths)
  // The engine also looks for files that need not be there, as a package.json: those are nobody's business.
  const unread = disk.notes().filter(({ path }) => asked.has(path))
  const explained = new Set(unread.map(({ path }) => path))
  const others = files.flatMap(({ notes }) => notes)
  return [...unread, ...others.filter(({ code, path }) => code !== 'FILE_UNREADABLE' || !explained.has(path))]
}

/** Rules that were not asked for do not run at all; one that is asked for runs even where the settings turn it off. */
function onlyThese({ only, settings }: RunOptions): EngineSettings {
  if (!only) return {}
  const asked = (levels: Readonly<Record<string, Level>>): Record<string, Level> =>
    Object.fromEntries(Object.entries(levels).filter(([id, level]) => only.has(id) && level !== 'off'))
  const others = catalog.flatMap(({ id }) => (only.has(id) ? [] : [[id, 'off'] as const]))
  const rules = { ...asked(settings.rules), ...Object.fromEntries(others) }
  const overrides = settings.overrides.map(one => ({ ...one, rules: asked(one.rules) }))
  return { levels: { ...levelsOf(settings), rules, overrides } }
}

/**
 * Files named alone are judged with what surrounds them: the handler that calls a helper lies elsewhere in its package.
 *
 * @returns files that have pipelines or findings
 */
async function discoverAround(
  engine: Engine,
  paths: readonly string[],
  { workingFolder, settings }: RunOptions,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const seen = new Set<string>()
  const ignored = settings.path ? { folder: dirname(settings.path), lines: settings.ignore } : undefined
  const below = (folder: string): readonly string[] =>
    findFiles({ workingFolder, patterns: [folder], filesMax: 20_000, ignored }).paths
  for (const [folder, own] of Map.groupBy(paths, packageFolder)) {
    const files = new Set([...own, ...(isBelow(folder, workingFolder) ? below(folder) : [])])
    for (const file of files) seen.add(file)
    for (const path of await engine.discover(folder, { files })) found.add(path)
  }
  // What a handler calls through an interface may be done in a package that depends on the handler's.
  for (const path of await engine.survey(unseen(seen, () => below(workingFolder)))) found.add(path)
  return found
}

/** Looked for only when somebody begins to read. */
function* unseen(seen: ReadonlySet<string>, files: () => readonly string[]): Generator<string> {
  for (const file of files()) if (!seen.has(file)) yield file
}

/** Above this a text is not read only to see what it speaks of; the engine skips it with a note. */
const glancedBytesMax = 1_000_000

/**
 * Discovery knows where findings are. What else may have to be said: a file that speaks of Kafka may not parse, one that
 * suppresses a rule may do it in vain, one that is too large or unreadable has a note. The others are not analysed at all.
 */
function mayConcern(path: string, disk: Disk): boolean {
  if ((disk.stat(path)?.sizeBytes ?? 0) > glancedBytesMax) return true
  const text = disk.readFile(path)
  return text === undefined || text.includes('afka') || text.includes('tidemark')
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)
}

/** @returns files of which types told something that syntax did not */
async function refined(engine: Engine, { workingFolder }: RunOptions, notes: Note[]): Promise<readonly string[]> {
  try {
    return await engine.refine()
  } catch (error) {
    const message = `Types could not be looked up, so rules answered from syntax alone: ${(error as Error).message}`
    notes.push({ code: 'TYPES_UNAVAILABLE', path: workingFolder, message })
    return []
  }
}

/** Fixes may bring new findings or free postponed ones, so they are made in passes, in memory; the disk is written once. */
const passesMax = 10

async function fixAll(
  engine: Engine,
  check: () => CheckedFile[],
  first: readonly CheckedFile[],
  { disk, stdin }: RunOptions,
  notes: Note[],
): Promise<number> {
  const originals = new Map<string, string>()
  const fixedByPath = new Map<string, number>()
  let files = first
  passes: for (let pass = 1; pass <= passesMax; pass++) {
    const findings = files.flatMap(file => file.findings).filter(finding => isFixable(finding, disk))
    const { texts, applied } = applySafeFixes(findings, path => engine.text(path))
    if (texts.size === 0) break
    for (const [path, text] of texts) {
      const before = engine.text(path) ?? ''
      if (!originals.has(path)) originals.set(path, before)
      const wasBroken = isBroken(engine, path)
      engine.open(path, text, pass + 1)
      if (isBroken(engine, path) && !wasBroken) {
        engine.open(path, before, pass + 1)
        const rules = new Set(applied.filter(finding => finding.path === path).map(({ rule }) => rule))
        notes.push(
          fixFailed(
            path,
            `The fixes of ${[...rules].join(', ')} would not parse, so none was made. Please report this.`,
          ),
        )
        break passes
      }
    }
    for (const { path } of applied) fixedByPath.set(path, (fixedByPath.get(path) ?? 0) + 1)
    files = check()
  }
  // What could not be written is not fixed.
  for (const path of await writeAll(engine, originals, stdin?.path, notes)) fixedByPath.delete(path)
  return [...fixedByPath.values()].reduce((sum, count) => sum + count, 0)
}

function isFixable(finding: Finding, disk: Disk): boolean {
  return finding.fixes.some(fix => fix.isSafe && fix.edits.every(edit => !disk.isLossy(edit.path)))
}

function isBroken(engine: Engine, path: string): boolean {
  return engine.analyze(path).notes.some(({ code }) => code === 'PARSE_ERROR')
}

/** @returns files that could not be written */
async function writeAll(
  engine: Engine,
  originals: ReadonlyMap<string, string>,
  stdinPath: string | undefined,
  notes: Note[],
): Promise<readonly string[]> {
  const failed: string[] = []
  for (const [path, before] of originals) {
    if (path === stdinPath) continue
    const after = engine.text(path) ?? before
    if (after === before) continue
    try {
      await replaceFile(path, before, after)
    } catch (error) {
      notes.push(fixFailed(path, `It could not be written: ${whyNotWritten(error)}. It is as it was.`))
      failed.push(path)
    }
    engine.close(path)
    engine.invalidate([path])
  }
  return failed
}

function fixFailed(path: string, message: string): Note {
  return { code: 'FIX_FAILED', path, message }
}

function staleBaseline({ baseline }: RunOptions, count: number): Note {
  const [is, its] = count === 1 ? ['entry is', 'its finding'] : ['entries are', 'their findings']
  return {
    code: 'BASELINE_STALE',
    path: baseline?.path ?? '',
    message: `${count} ${is} no longer needed: ${its} is gone. Write it anew with --write-baseline.`,
  }
}
