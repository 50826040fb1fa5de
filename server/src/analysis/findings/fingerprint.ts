/** A finding's identity that survives edits elsewhere in its file: what a baseline and code scanning compare. */
import { createHash } from 'node:crypto'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Finding } from '../../facts/finding.ts'
import { inReadingOrder, shownPath } from '../report/report.ts'

/**
 * One fingerprint a finding: rule, path, the marked text without its white space, and the how-many-eth of these it is.
 *
 * Lines are left out, so that code moving up and down keeps its fingerprint; so are messages, which we may reword.
 * Accepted miss: of two equal findings in one file the first is repaired; then the second takes the first one's print,
 * and the baseline shows one finding less, which is right, though it names the other.
 */
export function fingerprints(
  findings: readonly Finding[],
  workingFolder: string,
  textOf: (path: string) => string | undefined,
): Map<Finding, string> {
  const documents = new Map<string, TextDocument>()
  const counts = new Map<string, number>()
  const prints = new Map<Finding, string>()
  for (const finding of inReadingOrder(findings)) {
    let document = documents.get(finding.path)
    if (!document) {
      document = TextDocument.create(finding.path, 'plaintext', 0, textOf(finding.path) ?? '')
      documents.set(finding.path, document)
    }
    const marked = document.getText(finding.range).replace(/\s+/g, '')
    const identity = [finding.rule, shownPath({ workingFolder }, finding.path), marked].join('\0')
    const count = counts.get(identity) ?? 0
    counts.set(identity, count + 1)
    prints.set(finding, createHash('sha256').update(`${identity}\0${count}`).digest('hex').slice(0, 32))
  }
  return prints
}
