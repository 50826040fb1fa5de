/** SARIF 2.1.0, in the subset that GitHub code scanning reads. */
import { pathToFileURL } from 'node:url'
import type { Confidence, Evidence, Finding, Fix, Severity } from '../../facts/finding.ts'
import type { Range } from '../../protocol.ts'
import { fingerprints } from '../findings/fingerprint.ts'
import { rulePageUrl } from '../findings/links.ts'
import { inReadingOrder, isFailure, type Note, type Report, type RuleInfo, shownPath } from './report.ts'

/** @see https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning */
const limits = { resultsMax: 25_000, relatedLocationsMax: 1_000 }

const levels: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note', hint: 'note' }
const problemSeverities: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'recommendation',
  hint: 'recommendation',
}
/** Code scanning's rank for "how often is it right"; 0..100 in SARIF's own `rank`. */
const ranks: Readonly<Record<Confidence, number>> = { certain: 95, likely: 75, possible: 40 }

export function sarifReport(report: Report): string {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [run(report)],
  }
  return `${JSON.stringify(log, undefined, 2)}\n`
}

function run(report: Report): object {
  const findings = inReadingOrder(report.findings).slice(0, limits.resultsMax)
  const prints = fingerprints(findings, report.workingFolder, path => report.textOf(path))
  const rules = report.rules.map(descriptor)
  const indexes = new Map(report.rules.map(({ id }, index) => [id, index]))
  return {
    tool: {
      driver: {
        name: 'tidemark-lint',
        semanticVersion: report.version,
        informationUri: new URL('../', rulePageUrl('index')).href,
        rules,
      },
    },
    // Columns count UTF-16 code units, as the language server does; SARIF's default counts code points.
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { SRCROOT: { uri: folderUri(report.workingFolder) } },
    invocations: [invocation(report)],
    results: findings.map(finding => ({
      ...result(report, finding),
      ...(indexes.has(finding.rule) ? { ruleIndex: indexes.get(finding.rule) } : {}),
      partialFingerprints: { 'tidemark/v1': prints.get(finding) },
    })),
  }
}

function descriptor(rule: RuleInfo): object {
  const steps = rule.why.map((step, index) => `${index + 1}. ${step}`).join('\n')
  const misses = rule.misses.map(miss => `- ${miss}`).join('\n')
  return {
    id: rule.id,
    name: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: `${rule.title}. How it happens: ${rule.why.join('; ')}.` },
    helpUri: rulePageUrl(rule.id),
    help: {
      text: `${rule.title}\n\n${steps}${misses && `\n\nKnowingly missed:\n${misses}`}`,
      markdown: `**${rule.title}**\n\n${steps}${misses && `\n\nKnowingly missed:\n\n${misses}`}`,
    },
    defaultConfiguration: { level: levels[rule.severity] },
    properties: {
      tags: ['reliability', 'kafka', 'delivery-guarantee'],
      precision: rule.severity === 'error' ? 'very-high' : 'high',
      'problem.severity': problemSeverities[rule.severity],
    },
  }
}

function result(report: Report, finding: Finding): object {
  return {
    ruleId: finding.rule,
    level: levels[finding.severity],
    message: { text: finding.message },
    rank: ranks[finding.confidence],
    locations: [{ physicalLocation: physicalLocation(report, finding) }],
    ...(finding.evidence.length === 0
      ? {}
      : {
          relatedLocations: finding.evidence.slice(0, limits.relatedLocationsMax).map((evidence, index) => ({
            id: index + 1,
            message: { text: evidence.message },
            physicalLocation: physicalLocation(report, evidence),
          })),
        }),
    ...(finding.fixes.length === 0 ? {} : { fixes: finding.fixes.map(fix => sarifFix(report, fix)) }),
  }
}

function physicalLocation(report: Report, { path, range }: Pick<Evidence, 'path' | 'range'>): object {
  return { artifactLocation: artifactLocation(report, path), region: region(range) }
}

function sarifFix(report: Report, fix: Fix): object {
  const byPath = Map.groupBy(fix.edits, edit => edit.path)
  return {
    description: { text: fix.title },
    artifactChanges: [...byPath].map(([path, edits]) => ({
      artifactLocation: artifactLocation(report, path),
      replacements: edits.map(edit => ({
        deletedRegion: region(edit.range),
        insertedContent: { text: edit.newText },
      })),
    })),
  }
}

/** Relative to the working folder; a file outside it keeps its absolute address. */
function artifactLocation(report: Report, path: string): object {
  const shown = shownPath(report, path)
  if (shown === path) return { uri: pathToFileURL(path).href }
  return { uri: shown.split('/').map(encodeURIComponent).join('/'), uriBaseId: 'SRCROOT' }
}

/** Both are 1-based with an exclusive end column, so that `startColumn === endColumn` is an insertion. */
function region({ start, end }: Range): object {
  return {
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  }
}

function invocation(report: Report): object {
  const failures = report.notes.filter(isFailure)
  return {
    executionSuccessful: failures.length === 0,
    toolExecutionNotifications: report.notes.map(note => notification(report, note)),
  }
}

function notification(report: Report, note: Note): object {
  return {
    level: isFailure(note) ? 'error' : 'note',
    descriptor: { id: note.code },
    message: { text: note.message },
    ...(note.rule === undefined ? {} : { associatedRule: { id: note.rule } }),
    locations: [{ physicalLocation: { artifactLocation: artifactLocation(report, note.path) } }],
  }
}

function folderUri(folder: string): string {
  const { href } = pathToFileURL(folder)
  return href.endsWith('/') ? href : `${href}/`
}
