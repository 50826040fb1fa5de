/** The report for people at a terminal. */
import { styleText } from 'node:util'
import type { Finding, Severity } from '../../facts/finding.ts'
import type { Range } from '../../protocol.ts'
import { inReadingOrder, type Report, shownPath } from './report.ts'

export interface TextOptions {
  readonly isColored: boolean
}

const colors = { error: 'red', warning: 'yellow', info: 'cyan', hint: 'gray' } as const

/** Most characters of a source line that an excerpt shows: a minified line must not flood the terminal. */
const excerptCharactersMax = 160

export function textReport(report: Report, { isColored }: TextOptions): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
    isColored ? styleText(style, text, { validateStream: false }) : text
  const lines: string[] = []
  for (const finding of inReadingOrder(report.findings)) {
    const place = `${shownPath(report, finding.path)}:${shownPosition(finding.range)}`
    lines.push(`${paint('bold', place)} ${paint(colors[finding.severity], finding.severity)} ${finding.rule}`)
    lines.push(indented(finding.message, '  '))
    lines.push(...excerpt(report.textOf(finding.path), finding.range).map(line => paint('dim', `  ${line}`)))
    for (const { path, range, message } of finding.evidence)
      lines.push(`  - ${shownPath(report, path)}:${shownPosition(range)} ${indented(message, '    ').trimStart()}`)
    lines.push('')
  }
  for (const note of report.notes) {
    lines.push(paint('gray', `note ${note.code} ${shownPath(report, note.path)}: ${note.message}`))
  }
  lines.push(summary(report))
  return `${lines.join('\n')}\n`
}

function indented(text: string, indent: string): string {
  return text.replace(/^/gm, indent)
}

function shownPosition({ start }: Range): string {
  return `${start.line + 1}:${start.character + 1}`
}

/** The marked line with carets under the squiggle, cut around it when it is too long. */
function excerpt(text: string | undefined, { start, end }: Range): string[] {
  const line = text?.split(/\r\n|\r|\n/, start.line + 1)[start.line]
  if (line === undefined || line.trim() === '') return []
  const from = start.character > excerptCharactersMax / 2 ? start.character - excerptCharactersMax / 2 : 0
  const shown = line.slice(from, from + excerptCharactersMax)
  const last = end.line === start.line ? end.character : line.length
  const width = Math.max(1, Math.min(last, from + shown.length) - start.character)
  const gutter = String(start.line + 1)
  // Tabs stay tabs under the line, so that the carets stand where the squiggle does.
  const indent = line.slice(from, start.character).replace(/[^\t]/g, ' ')
  return [`${gutter} | ${shown}`, `${' '.repeat(gutter.length)} | ${indent}${'^'.repeat(width)}`]
}

function summary(report: Report): string {
  const parts = (['error', 'warning', 'info', 'hint'] as const)
    .map(severity => [severity, countOf(report.findings, severity)] as const)
    .filter(([severity, count]) => count > 0 || severity === 'error' || severity === 'warning')
    .map(([severity, count]) => plural(count, severity))
  const fixable = report.findings.filter(finding => finding.fixes.some(fix => fix.isSafe)).length
  return [
    `${parts.join(', ')} in ${plural(report.fileCount, 'file')} with ${plural(report.pipelines.length, 'pipeline')}.`,
    ...(fixable > 0 ? [`${fixable} can be fixed with --fix.`] : []),
    ...(report.baselinedCount > 0 ? [`${report.baselinedCount} more in the baseline.`] : []),
  ].join(' ')
}

function countOf(findings: readonly Finding[], severity: Severity): number {
  return findings.filter(finding => finding.severity === severity).length
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
