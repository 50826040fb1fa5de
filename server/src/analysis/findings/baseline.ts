/** Findings that old code is known to have: adopted once, reported no more, and never allowed to grow. */

import type { Finding } from '../../facts/finding.ts'
import { inReadingOrder, shownPath } from '../report/report.ts'
import { fingerprints } from './fingerprint.ts'

/** The file's content, sorted so that a merge touches only what changed. */
export interface Baseline {
  readonly version: 1
  /** Path relative to the baseline's folder -> rule -> fingerprints. */
  readonly findings: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

export interface BaselineContext {
  /** Absolute folder that paths are relative to. */
  readonly folder: string
  textOf(path: string): string | undefined
}

export function baselineOf(findings: readonly Finding[], { folder, textOf }: BaselineContext): Baseline {
  const prints = fingerprints(findings, folder, textOf)
  const byPath = Map.groupBy(inReadingOrder(findings), ({ path }) => shownPath({ workingFolder: folder }, path))
  const entries = [...byPath].map(([path, own]) => {
    const byRule = Map.groupBy(own, ({ rule }) => rule)
    const rules = [...byRule].map(
      ([rule, list]) => [rule, list.map(finding => prints.get(finding) ?? '').sort()] as const,
    )
    return [path, Object.fromEntries(rules.sort(byKey))] as const
  })
  return { version: 1, findings: Object.fromEntries(entries.sort(byKey)) }
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

/** @throws BaselineError the text is no baseline. */
export function parseBaseline(text: string): Baseline {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new BaselineError(`it is not JSON (${(error as Error).message})`)
  }
  if (typeof value !== 'object' || value === null || !('version' in value) || !('findings' in value))
    throw new BaselineError(`it has no 'version' and 'findings'`)
  if (value.version !== 1) throw new BaselineError(`its version is ${JSON.stringify(value.version)}, known is 1`)
  const isRecord = (candidate: unknown): candidate is object =>
    typeof candidate === 'object' && candidate !== null && !Array.isArray(candidate)
  const isWellFormed =
    isRecord(value.findings) &&
    Object.values(value.findings).every(
      rules =>
        isRecord(rules) &&
        Object.values(rules).every(prints => Array.isArray(prints) && prints.every(print => typeof print === 'string')),
    )
  if (!isWellFormed) throw new BaselineError(`'findings' must map paths to rules to lists of fingerprints`)
  return value as Baseline
}

export class BaselineError extends Error {}

export interface BaselinedFindings {
  readonly findings: readonly Finding[]
  readonly baselinedCount: number
  /** Entries whose finding is gone: the baseline can be written anew, smaller. */
  readonly staleCount: number
}

export function withoutBaseline(
  findings: readonly Finding[],
  baseline: Baseline,
  { folder, textOf }: BaselineContext,
): BaselinedFindings {
  const prints = fingerprints(findings, folder, textOf)
  const known = new Set(
    Object.entries(baseline.findings).flatMap(([path, rules]) =>
      Object.entries(rules).flatMap(([rule, list]) => list.map(print => `${path}\0${rule}\0${print}`)),
    ),
  )
  const knownCount = known.size
  const left = findings.filter(finding => {
    const path = shownPath({ workingFolder: folder }, finding.path)
    return !known.delete(`${path}\0${finding.rule}\0${prints.get(finding)}`)
  })
  const baselinedCount = findings.length - left.length
  return { findings: left, baselinedCount, staleCount: knownCount - baselinedCount }
}
