/** Quick fixes, *fix all*, and a suppression that asks for its reason. */
import type {
  CodeAction,
  CodeActionContext,
  Diagnostic,
  Position,
  Range,
  TextDocumentEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-types'
import { suppressionText } from '../analysis/findings/suppressions.ts'
import { applySafeFixes } from '../analysis/fixes/fixes.ts'
import type { Finding, TextEdit } from '../facts/finding.ts'
import { diagnosticSource } from './diagnostics.ts'
import type { DocumentParams, Feature, FeatureContext } from './feature.ts'

const fixAllKind = 'source.fixAll.tidemark'
const quickFixKind = 'quickfix'

interface CodeActionParams extends DocumentParams {
  readonly range: Range
  readonly context: CodeActionContext
}

export const codeActions: Feature<CodeActionParams, CodeAction[]> = {
  method: 'textDocument/codeAction',
  capabilities: { codeActionProvider: { codeActionKinds: [quickFixKind, fixAllKind] } },

  handle(context, { textDocument, range, context: asked }) {
    const path = context.uris.pathOf(textDocument.uri)
    if (path === undefined) return []
    const wants = (kind: string): boolean =>
      asked.only === undefined || asked.only.some(only => kind === only || kind.startsWith(`${only}.`))
    const { findings } = context.workspace.check(path)
    const here = findings.filter(finding => meet(finding.range, range))
    return [
      ...(wants(quickFixKind) ? here.flatMap(finding => quickFixes(finding, asked.diagnostics, context)) : []),
      ...(wants(quickFixKind) ? suppressions(here, asked.diagnostics, context) : []),
      // Offered where it is asked for by name (on save), and beside a quick fix when it would do more than that.
      ...(wants(fixAllKind) && (asked.only !== undefined || here.length > 0) ? fixAll(path, findings, context) : []),
    ]
  },
}

function quickFixes(finding: Finding, asked: readonly Diagnostic[], context: FeatureContext): CodeAction[] {
  return finding.fixes.map((fix, index) => ({
    title: fix.title,
    kind: quickFixKind,
    diagnostics: matching(finding, asked),
    isPreferred: fix.isSafe && index === 0,
    edit: workspaceEdit(fix.edits, context),
  }))
}

function fixAll(path: string, findings: readonly Finding[], context: FeatureContext): CodeAction[] {
  const { edits, applied } = applySafeFixes(findings, file => context.workspace.text(file))
  if (applied.length === 0 || !edits.some(edit => edit.path === path)) return []
  const title = `Fix all that Tidemark can fix safely (${applied.length})`
  return [{ title, kind: fixAllKind, edit: workspaceEdit(edits, context) }]
}

function suppressions(
  findings: readonly Finding[],
  asked: readonly Diagnostic[],
  context: FeatureContext,
): CodeAction[] {
  const isOwn = (rule: string): boolean => rule === 'unused-suppression' || rule === 'suppression-without-reason'
  return findings
    .filter(({ rule }) => !isOwn(rule))
    .map(finding => ({
      title: `Suppress ${finding.rule} here, with a reason`,
      kind: quickFixKind,
      diagnostics: matching(finding, asked),
      edit: suppressionEdit(finding, context),
    }))
}

/** With snippets the cursor waits at the reason; without them the comment lacks it, and says so by its own finding. */
function suppressionEdit(finding: Finding, context: FeatureContext): WorkspaceEdit {
  const { path, range, rule } = finding
  const line = range.start.line
  const lineText = (context.workspace.text(path) ?? '').split(/\r\n|\r|\n/, line + 1)[line] ?? ''
  const at: Position = { line, character: 0 }
  if (!context.client.takesSnippets) {
    const newText = `${suppressionText(rule, lineText, path, '').trimEnd()}\n`
    return workspaceEdit([{ path, range: { start: at, end: at }, newText }], context)
  }
  const comment = suppressionText(rule, lineText, path, '').replace(/[$}\\]/g, '\\$&')
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the place holder of a snippet
  const value = `${comment}${'${1:why it is right here}'}\n`
  const textDocument = { uri: context.uris.uriOf(path), version: context.workspace.versionOf(path) }
  return {
    documentChanges: [
      { textDocument, edits: [{ range: { start: at, end: at }, snippet: { kind: 'snippet', value } }] },
    ],
  }
}

function workspaceEdit(edits: readonly TextEdit[], { workspace, uris }: FeatureContext): WorkspaceEdit {
  const byPath = Map.groupBy(edits, edit => edit.path)
  const documentChanges: TextDocumentEdit[] = [...byPath].map(([path, own]) => ({
    textDocument: { uri: uris.uriOf(path), version: workspace.versionOf(path) },
    edits: own.map(({ range, newText }) => ({ range, newText })),
  }))
  return { documentChanges }
}

function matching(finding: Finding, asked: readonly Diagnostic[]): Diagnostic[] {
  return asked.filter(
    ({ source, code, range }) =>
      source === diagnosticSource && code === finding.rule && compare(range.start, finding.range.start) === 0,
  )
}

/** Touching counts: the cursor behind the last character still stands on the finding. */
function meet(a: Range, b: Range): boolean {
  return compare(a.start, b.end) <= 0 && compare(b.start, a.end) <= 0
}

function compare(a: Position, b: Position): number {
  return a.line - b.line || a.character - b.character
}
