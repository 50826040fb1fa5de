/** One file from analysis to what a person sees: levels and suppressions applied, the same behind every door. */

import type { Finding } from '../../facts/finding.ts'
import { ruleIds } from '../findings/catalog.ts'
import { applySuppressions, suppressionsOf } from '../findings/suppressions.ts'
import type { Note, ReportedPipeline } from '../report/report.ts'
import { type Levels, levelAt } from '../settings/levels.ts'
import { levelsOf, type Settings } from '../settings/settings.ts'
import type { CommittedOffset } from '../walk/offsets/committedOffsets.ts'
import type { Engine } from './engine.ts'

export interface CheckedFile {
  readonly path: string
  readonly findings: readonly Finding[]
  readonly pipelines: readonly ReportedPipeline[]
  readonly commits: readonly CommittedOffset[]
  readonly notes: readonly Note[]
}

export interface CheckOptions {
  readonly settings: Settings
  /** Only these rules; all that are on when it is left out. */
  readonly only?: ReadonlySet<string> | undefined
}

/** @throws never: a failure inside the analysis is a note, and the other files go on. */
export function checkFile(engine: Engine, path: string, { settings, only }: CheckOptions): CheckedFile {
  const levels = levelsOf(settings)
  const isOn = (rule: string): boolean => (only ? only.has(rule) : levelAt(levels, rule, path) !== 'off')
  const ran = new Set(ruleIds.filter(isOn))
  try {
    const { findings, pipelines, commits, notes } = engine.analyze(path)
    const wanted = findings.filter(({ rule }) => isOn(rule))
    const suppressions = suppressionsOf(path, engine.text(path) ?? '')
    const { findings: left } = applySuppressions(path, wanted, suppressions, ran, knownRules)
    return {
      path,
      findings: left.map(finding => withLevel(finding, levels)),
      pipelines: pipelines.map(pipeline => ({ ...pipeline, path })),
      commits,
      notes,
    }
  } catch (error) {
    return { path, findings: [], pipelines: [], commits: [], notes: [analysisFailed(path, error)] }
  }
}

/** One note a failing rule, however many files it fails in. */
export function withoutRepeats(notes: readonly Note[]): Note[] {
  const seen = new Set<string>()
  return notes.filter(note => {
    const key = note.code === 'RULE_FAILED' ? `${note.code} ${note.rule ?? note.message}` : `${note.code} ${note.path}`
    return seen.size < seen.add(key).size
  })
}

const knownRules: ReadonlySet<string> = new Set(ruleIds)

/** The engine has set the levels of its own rules; this does it for the rules about suppressions. */
function withLevel(finding: Finding, levels: Levels): Finding {
  const isOwn = finding.rule === 'unused-suppression' || finding.rule === 'suppression-without-reason'
  const level = isOwn ? levelAt(levels, finding.rule, finding.path) : undefined
  return level === undefined || level === 'off' ? finding : { ...finding, severity: level }
}

function analysisFailed(path: string, error: unknown): Note {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    code: 'ANALYSIS_FAILED',
    path,
    message: `The analysis of this file failed; the other files were analysed. Please report this: ${reason}`,
  }
}
