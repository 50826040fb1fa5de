/** Small findings and reports for tests of what happens to findings after the engine. */

import type { Report } from '@tidemark/server/analysis/report/report'
import type { Finding } from '@tidemark/server/facts/finding'
import type { Range } from '@tidemark/server/protocol'

/** The range of the `nth` occurrence of `words` in `text`. */
export function rangeOf(text: string, words: string, nth = 0): Range {
  let at = text.indexOf(words)
  for (let count = 0; count < nth; count++) at = text.indexOf(words, at + 1)
  if (at < 0) throw new Error(`'${words}' is not in the text`)
  return { start: positionAt(text, at), end: positionAt(text, at + words.length) }
}

export function finding(path: string, text: string, words: string, more: Partial<Finding> = {}): Finding {
  return {
    rule: 'non-idempotent-output',
    severity: 'warning',
    confidence: 'certain',
    path,
    range: rangeOf(text, words),
    message: `'${words}' runs again after a crash, so its rows are doubled. Use an upsert.`,
    evidence: [],
    fixes: [],
    ...more,
  }
}

export function report(workingFolder: string, texts: Readonly<Record<string, string>>, more: Partial<Report>): Report {
  return {
    workingFolder,
    version: '1.2.3',
    rules: [
      {
        id: 'non-idempotent-output',
        severity: 'warning',
        title: 'An output that is not idempotent',
        why: ['the row is inserted', 'crash', 'the row is inserted again'],
        misses: ['triggers'],
        whenNotToUse: 'never',
      },
    ],
    pipelines: [],
    findings: [],
    notes: [],
    fileCount: Object.keys(texts).length,
    baselinedCount: 0,
    textOf: path => texts[path],
    ...more,
  }
}

function positionAt(text: string, offset: number): Range['start'] {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/)
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 }
}
