/** What a run has to say, in the one shape that every format prints. Lines and characters are 0-based here. */
import { relative, sep } from 'node:path'
import type { Finding, Severity } from '../../facts/finding.ts'
import type { PipelineInfo } from '../../protocol.ts'
import type { Note as EngineNote } from '../engine/contract.ts'

export interface Report {
  /** Absolute. Reported paths are relative to it. */
  readonly workingFolder: string
  /** Version of the tool. */
  readonly version: string
  readonly rules: readonly RuleInfo[]
  readonly pipelines: readonly ReportedPipeline[]
  readonly findings: readonly Finding[]
  readonly notes: readonly Note[]
  readonly fileCount: number
  /** Found, but known to the baseline. */
  readonly baselinedCount: number
  /** The text that was analysed, for excerpts and fingerprints; `undefined` for a file that is gone. */
  textOf(path: string): string | undefined
}

export interface ReportedPipeline extends PipelineInfo {
  /** Absolute path. */
  readonly path: string
}

/** What a report says of a rule. */
export interface RuleInfo {
  readonly id: string
  readonly severity: Severity
  readonly title: string
  /** The sequence of events by which data is lost or doubled. */
  readonly why: readonly string[]
  /** What it knowingly misses. */
  readonly misses: readonly string[]
  /** Where there is no quick fix, and why. */
  readonly unfixed?: readonly string[]
  /** When to turn it off. */
  readonly whenNotToUse: string
}

/** Something that is no defect of the code: a file skipped, unreadable or broken, a rule or a fix that failed. */
export interface Note {
  readonly code:
    | EngineNote['code']
    | 'ANALYSIS_FAILED'
    | 'FILE_VANISHED'
    | 'FILE_NOT_TEXT'
    | 'FILE_NOT_UTF8'
    | 'FIX_FAILED'
    | 'BASELINE_STALE'
    | 'TYPES_UNAVAILABLE'
  /** Absolute. */
  readonly path: string
  readonly rule?: string
  readonly message: string
}

/** Notes that mean the run did not see, or do, what it was asked to: exit code 2. */
export function isFailure({ code }: Note): boolean {
  return failures.has(code)
}

const failures: ReadonlySet<Note['code']> = new Set(['FILE_UNREADABLE', 'RULE_FAILED', 'ANALYSIS_FAILED', 'FIX_FAILED'])

/** Relative to the working folder with `/`, or absolute when it lies elsewhere. */
export function shownPath(report: Pick<Report, 'workingFolder'>, path: string): string {
  const inside = relative(report.workingFolder, path)
  const isElsewhere = inside === '' || inside.startsWith('..')
  return (isElsewhere ? path : inside).split(sep).join('/')
}

/** By path, place and rule, so that two runs print the same. */
export function inReadingOrder<T extends Pick<Finding, 'path' | 'range'>>(items: readonly T[]): T[] {
  return items.toSorted(
    (a, b) =>
      compare(a.path, b.path) ||
      a.range.start.line - b.range.start.line ||
      a.range.start.character - b.range.start.character ||
      compare(ruleOf(a), ruleOf(b)),
  )
}

function ruleOf(item: object): string {
  return 'rule' in item ? String(item.rule) : ''
}

/** By code unit: the same on every machine, unlike `localeCompare`. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
