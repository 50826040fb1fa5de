/**
 * `// tidemark-ignore <rule>: why` for the same or the next line, `// tidemark-ignore-file <rule>: why` for a file.
 *
 * A reason is asked for because a suppression outlives the memory of why it was right. One without a reason still
 * silences its rule but is itself a finding, and so is one that silences nothing (it hides the next real defect).
 */
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Finding, Fix } from '../../facts/finding.ts'
import type { Range } from '../../protocol.ts'
import type { RuleInfo } from '../report/report.ts'
import { nearest } from '../settings/nearest.ts'
import { type Comment, commentsHolding } from './comments.ts'

export interface Suppression {
  readonly rules: readonly string[]
  readonly reason: string
  /** 0-based line whose findings it silences; `undefined` for the whole file. */
  readonly line: number | undefined
  /** The comment. */
  readonly range: Range
  /** What goes when it goes: its whole line where it stands alone, else the blanks before it too. */
  readonly removal: Range
}

const word = 'tidemark-ignore'

/** The rules that this file itself reports. */
export const suppressionRules: readonly RuleInfo[] = [
  {
    id: 'unused-suppression',
    severity: 'warning',
    title: 'A suppression that silences nothing',
    why: ['the code was repaired, the comment stayed', 'later the defect comes back', 'nobody is told'],
    misses: [],
    whenNotToUse: 'While a rule is being moved from one severity to another in many files at once.',
  },
  {
    id: 'suppression-without-reason',
    severity: 'warning',
    title: 'A suppression without a reason',
    why: [
      'a finding is silenced without saying why',
      'the code around it changes',
      'nobody can tell if it is still right',
    ],
    misses: ['reasons that say nothing'],
    whenNotToUse: 'Where reasons are kept elsewhere, as in a list of accepted risks.',
  },
]

export function suppressionsOf(path: string, text: string): readonly Suppression[] {
  const comments = commentsHolding(word, path, text)
  if (comments.length === 0) return []
  const document = TextDocument.create(path, 'plaintext', 0, text)
  return comments.flatMap(comment => suppressionOf(comment, document) ?? [])
}

export interface SuppressedFindings {
  /** What is left, and what is wrong with the suppressions themselves. */
  readonly findings: readonly Finding[]
  readonly suppressedCount: number
}

/**
 * @param path - of the file that holds all findings
 * @param ranRules - rules that ran; the suppression of another one is not called unused
 * @param knownRules - every rule there is, for "did you mean"
 */
export function applySuppressions(
  path: string,
  findings: readonly Finding[],
  suppressions: readonly Suppression[],
  ranRules: ReadonlySet<string>,
  knownRules: ReadonlySet<string>,
): SuppressedFindings {
  if (suppressions.length === 0) return { findings, suppressedCount: 0 }
  const used = new Set<string>()
  const left = findings.filter(finding => {
    const hits = suppressions.flatMap((suppression, index) => {
      const isCovered = suppression.line === undefined || suppression.line === finding.range.start.line
      return isCovered && suppression.rules.includes(finding.rule) ? [`${index} ${finding.rule}`] : []
    })
    for (const hit of hits) used.add(hit)
    return hits.length === 0
  })
  const own = suppressions.flatMap((suppression, index) => [
    ...(ranRules.has('suppression-without-reason') ? withoutReason(path, suppression) : []),
    ...(ranRules.has('unused-suppression')
      ? unused(
          path,
          suppression,
          suppression.rules.filter(
            rule => !used.has(`${index} ${rule}`) && (ranRules.has(rule) || !knownRules.has(rule)),
          ),
          knownRules,
        )
      : []),
  ])
  return { findings: [...left, ...own], suppressedCount: findings.length - left.length }
}

/** Puts the comment on a line of its own over `line`, indented as it is. */
export function suppressionText(rule: string, lineText: string, path: string, reason: string): string {
  const indent = /^[ \t]*/.exec(lineText)?.[0] ?? ''
  const mark = path.endsWith('.py') ? '#' : '//'
  return `${indent}${mark} ${word} ${rule}: ${reason}`
}

function suppressionOf(comment: Comment, document: TextDocument): Suppression | undefined {
  const parts = new RegExp(`^${word}(-file)?(?![\\w-])\\s*([\\w-]+(?:\\s*,\\s*[\\w-]+)*)?\\s*(?::\\s*([^]*))?`).exec(
    comment.text,
  )
  if (!parts) return undefined
  const range = { start: document.positionAt(comment.start), end: document.positionAt(comment.end) }
  const isWholeFile = parts[1] !== undefined
  return {
    rules: parts[2]?.split(',').map(rule => rule.trim()) ?? [],
    reason: parts[3]?.trim() ?? '',
    line: isWholeFile ? undefined : coveredLine(document, range),
    range,
    removal: removalOf(document, range),
  }
}

function removalOf(document: TextDocument, { start, end }: Range): Range {
  const before = lineText(document, start.line).slice(0, start.character)
  const after = lineText(document, end.line).slice(end.character)
  if (before.trim() === '' && after.trim() === '')
    // A byte order mark stays: it belongs to the file.
    return {
      start: { line: start.line, character: before.lastIndexOf('\uFEFF') + 1 },
      end: { line: end.line + 1, character: 0 },
    }
  return { start: { line: start.line, character: before.trimEnd().length }, end }
}

/** Its own line when code stands before it, else the next line that holds code: suppressions may be stacked. */
function coveredLine(document: TextDocument, { start, end }: Range): number {
  const before = lineText(document, start.line).slice(0, start.character)
  if (!/^[\s{]*$/.test(before)) return start.line
  let line = end.line + 1
  while (line < document.lineCount && /^\s*(?:\/\/.*|#.*|\{?\/\*.*\*\/\}?\s*)?$/.test(lineText(document, line))) line++
  return line
}

function lineText(document: TextDocument, line: number): string {
  return document
    .getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } })
    .replace(/[\r\n]+$/, '')
}

function withoutReason(path: string, suppression: Suppression): Finding[] {
  if (suppression.reason !== '' || suppression.rules.length === 0) return []
  const rules = suppression.rules.join(', ')
  return [
    {
      ...ownFinding('suppression-without-reason', path, suppression),
      message: `This suppression of ${rules} does not say why it is right. Add the reason: '${word} ${rules}: why'.`,
    },
  ]
}

function unused(
  path: string,
  suppression: Suppression,
  rules: readonly string[],
  knownRules: ReadonlySet<string>,
): Finding[] {
  const isEmpty = suppression.rules.length === 0
  if (rules.length === 0 && !isEmpty) return []
  const unknown = rules.find(rule => !knownRules.has(rule))
  const guess = unknown === undefined ? undefined : nearest(unknown, knownRules)
  const message = isEmpty
    ? `This suppression names no rule, so it silences nothing. Write '${word} <rule>: why'.`
    : unknown !== undefined
      ? `No rule is called '${unknown}', so this suppression silences nothing.${guess ? ` Did you mean '${guess}'?` : ''}`
      : `Nothing here is found by ${rules.join(', ')}, so this suppression would hide the next real defect. Remove it.`
  const isWhollyUnused = rules.length === suppression.rules.length && unknown === undefined && !isEmpty
  const fixes: Fix[] = isWhollyUnused
    ? [
        {
          title: 'Remove the unused suppression',
          isSafe: true,
          edits: [{ path, range: suppression.removal, newText: '' }],
        },
      ]
    : []
  return [{ ...ownFinding('unused-suppression', path, suppression), message, fixes }]
}

function ownFinding(rule: string, path: string, { range }: Suppression): Omit<Finding, 'message'> {
  return { rule, severity: 'warning', confidence: 'certain', path, range, evidence: [], fixes: [] }
}
