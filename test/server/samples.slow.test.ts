/** The sample that is wrong, mended in an editor by its quick fixes: it compiles and the rules are silent. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { editedText } from '@tidemark/server/analysis/fixes/fixes'
import ts from 'typescript'
import type { CodeAction, Diagnostic, TextDocumentEdit, TextEdit } from 'vscode-languageserver-protocol'
import { repositoryRoot } from '../harness/generate/files.ts'
import { type LspClient, startClient } from './lspClient.ts'

const folder = join(repositoryRoot, 'runtime/samples/order-totals')
const rules = ['non-idempotent-output', 'offset-after-shuffle']

test('quick fixes turn the wrong sample into one that compiles and is silent', async t => {
  const path = join(folder, 'totals-wrong.ts')
  const client = await startClient(t, { folders: [join(repositoryRoot, 'runtime/samples')] })
  client.open(path, readFileSync(path, 'utf8'))
  const found = ours(await client.current(path))
  assert.deepEqual(new Set(found.map(({ code }) => code)), new Set(rules))
  assert.ok(
    found.every(({ relatedInformation }) => relatedInformation?.length),
    'each shows its evidence',
  )
  for (let left = found, round = 0; left.length > 0; left = ours(await client.current(path))) {
    assert.ok(round++ < 5, `still found: ${left.map(({ code }) => code)}`)
    await applyFirstFix(client, path, left[0] as Diagnostic)
  }
  assert.deepEqual(compileErrors(path, client.text(path)), [])
})

test('the right sample is silent', async t => {
  const path = join(folder, 'totals-right.ts')
  const client = await startClient(t, { folders: [join(repositoryRoot, 'runtime/samples')] })
  client.open(path, readFileSync(path, 'utf8'))
  assert.deepEqual(await client.current(path), [])
  const { pipelines } = await client.pipelines(path)
  assert.deepEqual(
    pipelines.map(({ inferred }) => inferred),
    ['exactly-once'],
  )
})

test('control: a sample that does not compile is noticed', () => {
  const path = join(folder, 'totals-right.ts')
  assert.notDeepEqual(compileErrors(path, `${readFileSync(path, 'utf8')}\nconst x: string = 1\n`), [])
})

function ours(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return diagnostics.filter(({ code }) => rules.includes(String(code)))
}

async function applyFirstFix(client: LspClient, path: string, diagnostic: Diagnostic): Promise<void> {
  const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
    textDocument: { uri: client.uri(path) },
    range: diagnostic.range,
    context: { diagnostics: [diagnostic], only: ['quickfix'] },
  })
  const [first] = actions.filter(({ title }) => !title.startsWith('Suppress'))
  assert.ok(first, `${diagnostic.code} has a fix`)
  const changes = (first.edit?.documentChanges ?? []) as TextDocumentEdit[]
  const edits = changes.flatMap(change => change.edits as TextEdit[])
  assert.deepEqual([...new Set(changes.map(({ textDocument }) => textDocument.uri))], [client.uri(path)])
  const text = client.text(path)
  client.edit(
    path,
    text,
    editedText(
      text,
      edits.map(edit => ({ path, ...edit })),
    ),
  )
}

/** What the compiler says of the text in place of the file. */
function compileErrors(path: string, text: string): string[] {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(repositoryRoot, 'test/tsconfig.json'),
    { composite: false, noEmit: true },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: diagnostic => assert.fail(String(diagnostic.messageText)),
    },
  )
  assert.ok(config)
  const host = ts.createCompilerHost(config.options)
  const { getSourceFile, readFile } = host
  host.readFile = name => (name === path ? text : readFile(name))
  host.getSourceFile = (name, ...rest) =>
    name === path ? ts.createSourceFile(name, text, rest[0]) : getSourceFile.call(host, name, ...rest)
  const program = ts.createProgram([path], config.options, host)
  const file = program.getSourceFile(path)
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, '\n'),
  )
}
