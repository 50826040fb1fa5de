/** Fixes put into text: all edits of a fix or none, and never two that touch the same characters. */
import { randomBytes } from 'node:crypto'
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Finding, Fix, TextEdit } from '../../facts/finding.ts'
import { inReadingOrder } from '../report/report.ts'

export interface AppliedFixes {
  /** New text by path; files without a change are left out. */
  readonly texts: ReadonlyMap<string, string>
  /** The edits that make these texts, each once. */
  readonly edits: readonly TextEdit[]
  readonly applied: readonly Finding[]
  /** Have a safe fix that overlaps one that was applied: run again. */
  readonly postponed: readonly Finding[]
}

/**
 * The first safe fix of each finding, in reading order.
 *
 * Two fixes may hold the very same edit (both insert the same import): it is made once and serves both. Everything
 * else that touches is postponed to the next pass, which sees the new text and may find that nothing is left to do.
 */
export function applySafeFixes(
  findings: readonly Finding[],
  textOf: (path: string) => string | undefined,
): AppliedFixes {
  const chosen = new Map<string, OffsetEdit[]>()
  const documents = new Map<string, TextDocument | undefined>()
  const documentOf = (path: string): TextDocument | undefined => {
    if (!documents.has(path)) {
      const text = textOf(path)
      documents.set(path, text === undefined ? undefined : TextDocument.create(path, 'plaintext', 0, text))
    }
    return documents.get(path)
  }
  const applied: Finding[] = []
  const postponed: Finding[] = []
  for (const finding of inReadingOrder(findings)) {
    const fix = finding.fixes.find(({ isSafe }) => isSafe)
    if (!fix) continue
    const edits = offsetEdits(fix, documentOf)
    if (edits?.every(edit => isFree(edit, chosen.get(edit.path) ?? []))) {
      for (const edit of edits) add(edit, chosen)
      applied.push(finding)
    } else postponed.push(finding)
  }
  const texts = new Map<string, string>()
  for (const [path, edits] of chosen) {
    const text = documentOf(path)?.getText() ?? ''
    const changed = spliced(text, edits)
    if (changed !== text) texts.set(path, changed)
  }
  const edits = [...chosen.values()].flat().map(({ source }) => source)
  return { texts, edits, applied, postponed }
}

/** Whether the edits of one fix can be made at all: inside their files and apart from each other. */
export function isApplicable(fix: Fix, textOf: (path: string) => string | undefined): boolean {
  const edits = offsetEdits(fix, path => {
    const text = textOf(path)
    return text === undefined ? undefined : TextDocument.create(path, 'plaintext', 0, text)
  })
  return edits !== undefined
}

interface OffsetEdit {
  readonly path: string
  readonly start: number
  readonly end: number
  readonly newText: string
  readonly source: TextEdit
}

function offsetEdits(fix: Fix, documentOf: (path: string) => TextDocument | undefined): OffsetEdit[] | undefined {
  const edits: OffsetEdit[] = []
  for (const source of fix.edits) {
    const { path, range, newText } = source
    const document = documentOf(path)
    if (!document || range.end.line >= document.lineCount) return undefined
    const edit = { path, start: document.offsetAt(range.start), end: document.offsetAt(range.end), newText, source }
    if (edit.start > edit.end || edits.some(other => other.path === path && touches(edit, other))) return undefined
    edits.push(edit)
  }
  return edits
}

function isFree(edit: OffsetEdit, others: readonly OffsetEdit[]): boolean {
  return others.every(other => isSame(edit, other) || !touches(edit, other))
}

function add(edit: OffsetEdit, chosen: Map<string, OffsetEdit[]>): void {
  const edits = chosen.get(edit.path) ?? []
  if (!edits.some(other => isSame(edit, other))) edits.push(edit)
  chosen.set(edit.path, edits)
}

function isSame(a: OffsetEdit, b: OffsetEdit): boolean {
  return a.start === b.start && a.end === b.end && a.newText === b.newText
}

/** Two insertions at one place touch: their order would be chance. Neighbours that only meet do not. */
function touches(a: OffsetEdit, b: OffsetEdit): boolean {
  if (a.start === a.end && b.start === b.end) return a.start === b.start
  return a.start < b.end && b.start < a.end
}

function spliced(text: string, edits: readonly OffsetEdit[]): string {
  let result = ''
  let at = 0
  for (const { start, end, newText } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    result += text.slice(at, start) + newText
    at = end
  }
  return result + text.slice(at)
}

/** Edits of one file put into its text; for tests and for previews. */
export function editedText(text: string, edits: readonly TextEdit[]): string {
  const document = TextDocument.create('', 'plaintext', 0, text)
  return TextDocument.applyEdits(document, [...edits])
}

/**
 * Replaces a file's content, or leaves it untouched.
 *
 * The new text goes to a file beside it, reaches the disk, and takes the old one's place by a rename: a crash or a full
 * disk leaves the old content. Rights are kept, and a symbolic link stays one (its target is replaced).
 *
 * @param expected - what the fix was made for; when the file holds something else by now, nothing is written
 * @throws FileChangedError the file changed since it was read
 */
export async function replaceFile(path: string, expected: string, text: string): Promise<void> {
  const target = await realpath(path)
  const { mode } = await stat(target)
  if ((await readFile(target, 'utf8')) !== expected) throw new FileChangedError(path)
  const beside = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const file = await open(beside, 'wx', mode)
    try {
      await file.chmod(mode)
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, target)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

export class FileChangedError extends Error {
  constructor(path: string) {
    super(`${path} changed while it was analysed. Nothing was written; run again.`)
  }
}
