/** Workflow commands: findings become annotations on the lines of a pull request. */
import type { Severity } from '../../facts/finding.ts'
import { inReadingOrder, isFailure, type Report, shownPath } from './report.ts'

const commands: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
  hint: 'notice',
}

/** @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
export function githubReport(report: Report): string {
  const findings = inReadingOrder(report.findings).map(({ rule, severity, path, range, message, evidence }) => {
    const isOneLine = range.start.line === range.end.line
    const properties = {
      file: shownPath(report, path),
      line: range.start.line + 1,
      endLine: range.end.line + 1,
      // Columns mean something only within one line: GitHub refuses them otherwise.
      ...(isOneLine ? { col: range.start.character + 1, endColumn: range.end.character + 1 } : {}),
      title: rule,
    }
    const places = evidence.map(({ path, range, message }) => {
      return `\n${shownPath(report, path)}:${range.start.line + 1} ${message}`
    })
    return command(commands[severity], properties, message + places.join(''))
  })
  const notes = report.notes.map(note =>
    command(
      isFailure(note) ? 'error' : 'notice',
      { file: shownPath(report, note.path), title: note.rule ?? note.code },
      note.message,
    ),
  )
  return [...findings, ...notes].map(line => `${line}\n`).join('')
}

function command(name: string, properties: Readonly<Record<string, string | number>>, message: string): string {
  const shown = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
  return `::${name} ${shown.join(',')}::${escapeData(message)}`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
