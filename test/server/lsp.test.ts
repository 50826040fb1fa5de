/** The language server over real messages. */
import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { test } from 'node:test'
import { editedText } from '@tidemark/server/analysis/fixes/fixes'
import type { CodeAction, CodeLens, Diagnostic, DocumentSymbol, Hover, TextEdit } from 'vscode-languageserver-protocol'
import { rangeOf } from './findings.ts'
import { folder } from './folder.ts'
import { type LspClient, startClient } from './lspClient.ts'
import {
  callingPipeline,
  doublingHelper,
  doublingPipeline,
  injectedFiles,
  repeatableHelper,
  repeatablePipeline,
} from './sources.ts'

const rule = 'non-idempotent-output'

function rulesOf(diagnostics: readonly Diagnostic[]): unknown[] {
  return diagnostics.map(({ code }) => code)
}

function actions(client: LspClient, path: string, diagnostic: Diagnostic, only?: string[]): Promise<CodeAction[]> {
  return client.request('textDocument/codeAction', {
    textDocument: { uri: client.uri(path) },
    range: diagnostic.range,
    context: { diagnostics: [diagnostic], ...(only ? { only } : {}) },
  })
}

/** The text edits of an action in one file; checks that the edit names the version it was made for. */
function editsFor(action: CodeAction | undefined, uri: string, version: number): TextEdit[] {
  const change = action?.edit?.documentChanges?.find(each => 'textDocument' in each && each.textDocument.uri === uri)
  assert.ok(change && 'edits' in change, `${action?.title} edits ${uri}`)
  assert.equal(change.textDocument.version, version)
  return change.edits as TextEdit[]
}

test('open, see the finding, fix it, check again, break it again', async t => {
  const at = folder(t, { 'pipeline.ts': doublingPipeline })
  const path = at.at('pipeline.ts')
  const client = await startClient(t, { folders: [at.path] })
  client.open(path, doublingPipeline)
  const [finding, ...rest] = (await client.current(path)).filter(({ code }) => code === rule)
  assert.ok(finding)
  assert.deepEqual(rest, [])
  assert.equal(finding.source, 'tidemark')
  assert.match(finding.codeDescription?.href ?? '', /non-idempotent-output\.md$/)
  assert.equal(finding.range.start.line, 9)
  client.edit(path, 'INSERT INTO totals (amount) VALUES ($1)', repeatableInsert)
  assert.deepEqual(
    rulesOf(await client.current(path)).filter(code => code === rule),
    [],
  )
  client.edit(path, ' ON CONFLICT DO NOTHING', '')
  assert.ok(rulesOf(await client.current(path)).includes(rule))
  assert.equal(await client.stop(), 0)
})

const repeatableInsert = 'INSERT INTO totals (amount) VALUES ($1) ON CONFLICT DO NOTHING'

test('the edit of a helper refreshes its callers, and the other way round', async t => {
  const at = folder(t, { 'pipeline.ts': callingPipeline, 'helper.ts': doublingHelper })
  const [pipeline, helper] = [at.at('pipeline.ts'), at.at('helper.ts')]
  const client = await startClient(t, { folders: [at.path] })
  client.open(pipeline, callingPipeline)
  client.open(helper, doublingHelper)
  const shows = (path: string, isShown: boolean) =>
    client.diagnostics(path, diagnostics => rulesOf(diagnostics).includes(rule) === isShown)
  const [finding] = (await shows(helper, true)).filter(({ code }) => code === rule)
  assert.ok(finding, 'the finding lies where the INSERT does')
  await client.pipelines(
    pipeline,
    ({ pipelines }) => pipelines[0]?.evidence.some(each => each.path === helper) === true,
  )
  client.edit(
    helper,
    'INSERT INTO totals (amount) VALUES ($1)',
    'INSERT INTO totals (amount) VALUES ($1) ON CONFLICT DO NOTHING',
  )
  await shows(helper, false)
  client.edit(helper, ' ON CONFLICT DO NOTHING', '')
  await shows(helper, true)
  client.edit(pipeline, 'await save(message.value)', '')
  await shows(helper, false)
})

test('findings of files that are not open come from discovery; a change on disk refreshes them', async t => {
  const at = folder(t, { 'pipeline.ts': callingPipeline, 'helper.ts': doublingHelper })
  const client = await startClient(t, { folders: [at.path] })
  const helper = at.at('helper.ts')
  await client.diagnostics(helper, diagnostics => rulesOf(diagnostics).includes(rule))
  at.write('helper.ts', repeatableHelper)
  client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: client.uri(helper), type: 2 }] })
  await client.diagnostics(helper, diagnostics => !rulesOf(diagnostics).includes(rule))
})

test('what implements an interface is found by discovery; a second class on disk takes it back, its end brings it again', async t => {
  const { 'module.ts': _, ...files } = injectedFiles
  const at = folder(t, files)
  const client = await startClient(t, { folders: [at.path] })
  client.open(at.at('main.ts'), files['main.ts'] as string)
  const shows = (isShown: boolean) =>
    client.diagnostics(at.at('pg.ts'), diagnostics => rulesOf(diagnostics).includes(rule) === isShown)
  await shows(true)
  const changed = (type: 1 | 2 | 3): void =>
    client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: client.uri(at.at('mongo.ts')), type }] })
  at.write('mongo.ts', String(files['pg.ts']).replace('PgOrders', 'MongoOrders'))
  changed(1)
  await shows(false)
  await client.pipelines(at.at('main.ts'), ({ pipelines }) => pipelines[0]?.inferred === 'unknown')
  at.write('mongo.ts', 'export {}\n')
  changed(2)
  await shows(true)
})

test('quick fixes silence the rule; fix all; suppression with a place for its reason', async t => {
  const at = folder(t)
  const path = at.at('pipeline.ts')
  const client = await startClient(t, { folders: [at.path] })
  client.open(path, doublingPipeline)
  const finding = (await client.current(path)).find(({ code }) => code === rule)
  assert.ok(finding)
  const offered = await actions(client, path, finding)
  const suppress = offered.find(({ title }) => title.startsWith('Suppress'))
  assert.deepEqual(suppress?.diagnostics, [finding])
  const [edit] = editsFor(suppress, client.uri(path), 1) as unknown as [
    { range: TextEdit['range']; snippet: { value: string } },
  ]
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the place holder of a snippet
  assert.equal(edit.snippet.value, '    // tidemark-ignore non-idempotent-output: ${1:why it is right here}\n')
  const text = editedText(doublingPipeline, [
    { path, range: edit.range, newText: edit.snippet.value.replace(/\$\{1:.*\}/, 'a trigger') },
  ])
  client.edit(path, doublingPipeline, text)
  assert.deepEqual(
    rulesOf(await client.current(path)).filter(code => code === rule || code === 'unused-suppression'),
    [],
  )
  client.edit(path, 'INSERT INTO totals (amount) VALUES ($1)', repeatableInsert)
  const unused = (await client.current(path)).find(({ code }) => code === 'unused-suppression')
  assert.ok(unused)
  assert.deepEqual(unused.tags, [1])
  const [all] = await actions(client, path, unused, ['source.fixAll'])
  assert.equal(all?.kind, 'source.fixAll.tidemark')
  client.edit(
    path,
    client.text(path),
    editedText(
      client.text(path),
      editsFor(all, client.uri(path), 3).map(each => ({ path, ...each })),
    ),
  )
  assert.equal(client.text(path), repeatablePipeline)
  assert.deepEqual(
    rulesOf(await client.current(path)).filter(code => code === 'unused-suppression'),
    [],
  )
})

test('code lens, outline, hover and the pipelines message tell the same guarantee', async t => {
  const at = folder(t)
  const path = at.at('pipeline.ts')
  const client = await startClient(t, { folders: [at.path] })
  client.open(path, doublingPipeline)
  const { pipelines } = await client.pipelines(path)
  assert.equal(pipelines.length, 1)
  assert.deepEqual(pipelines[0]?.topics, ['orders'])
  assert.equal(pipelines[0]?.groupId, 'totals')
  const textDocument = { uri: client.uri(path) }
  const lenses = await client.request<CodeLens[]>('textDocument/codeLens', { textDocument })
  assert.deepEqual(
    lenses.map(({ range }) => range),
    [pipelines[0]?.range],
  )
  const [symbol] = await client.request<DocumentSymbol[]>('textDocument/documentSymbol', { textDocument })
  assert.equal(symbol?.name, 'orders → totals')
  assert.ok(String(lenses[0]?.command?.title).startsWith(symbol?.detail ?? '?'))
  const position = pipelines[0]?.range.start
  const hover = await client.request<Hover>('textDocument/hover', { textDocument, position })
  assert.ok(JSON.stringify(hover.contents).includes(symbol?.detail ?? '?'))
  const topic = await client.request<Hover>('textDocument/hover', {
    textDocument,
    position: rangeOf(doublingPipeline, 'orders').start,
  })
  assert.match(JSON.stringify(topic.contents), /Topic \*\*orders\*\*/)
  const group = await client.request<Hover>('textDocument/hover', {
    textDocument,
    position: rangeOf(doublingPipeline, 'totals').start,
  })
  assert.match(JSON.stringify(group.contents), /Group \*\*totals\*\*/)
})

test('several folders, each with its settings; a folder added and removed', async t => {
  const strict = folder(t, { 'a.ts': doublingPipeline })
  const lax = folder(t, { 'a.ts': doublingPipeline, 'tidemark.config.json': `{ "rules": { "${rule}": "off" } }` })
  const client = await startClient(t, { folders: [strict.path] })
  client.open(strict.at('a.ts'), doublingPipeline)
  client.open(lax.at('a.ts'), doublingPipeline)
  assert.ok(rulesOf(await client.current(strict.at('a.ts'))).includes(rule))
  await client.diagnostics(lax.at('a.ts'), diagnostics => rulesOf(diagnostics).includes(rule))
  const event = (added: string[], removed: string[]) => ({
    event: {
      added: added.map(path => ({ uri: client.uri(path), name: path })),
      removed: removed.map(path => ({ uri: client.uri(path), name: path })),
    },
  })
  client.notify('workspace/didChangeWorkspaceFolders', event([lax.path], []))
  await client.diagnostics(lax.at('a.ts'), diagnostics => !rulesOf(diagnostics).includes(rule))
  client.notify('workspace/didChangeWorkspaceFolders', event([], [lax.path]))
  await client.diagnostics(lax.at('a.ts'), diagnostics => rulesOf(diagnostics).includes(rule))
})

test('settings: a mistake is shown in their file, a change counts at once', async t => {
  const at = folder(t, { 'a.ts': doublingPipeline, 'tidemark.config.json': `{\n  "rules": { "${rule}": "of" }\n}` })
  const client = await startClient(t, { folders: [at.path] })
  const config = at.at('tidemark.config.json')
  client.open(at.at('a.ts'), doublingPipeline)
  const [problem] = await client.diagnostics(config, diagnostics => diagnostics.length > 0)
  assert.match(String(problem?.message), /is "of"\. Allowed: off/)
  assert.equal(problem?.range.start.line, 1)
  assert.ok(rulesOf(await client.current(at.at('a.ts'))).includes(rule))
  at.write('tidemark.config.json', `{ "rules": { "${rule}": "off" } }`)
  client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: client.uri(config), type: 2 }] })
  await client.diagnostics(config, diagnostics => diagnostics.length === 0)
  await client.diagnostics(at.at('a.ts'), diagnostics => !rulesOf(diagnostics).includes(rule))
})

test('text that is broken in mid-edit, JavaScript, untitled documents, files in no folder', async t => {
  const at = folder(t)
  const elsewhere = folder(t)
  const client = await startClient(t, { folders: [at.path] })
  const path = at.at('a.js')
  client.open(path, doublingPipeline, 'javascript')
  assert.ok(rulesOf(await client.current(path)).includes(rule))
  client.edit(path, 'await consumer.run({', 'await consumer.run({ eachBatch: (')
  await client.current(path)
  client.edit(path, ' eachBatch: (', '')
  assert.ok(rulesOf(await client.current(path)).includes(rule))
  client.open(elsewhere.at('b.ts'), doublingPipeline)
  assert.ok(rulesOf(await client.current(elsewhere.at('b.ts'))).includes(rule))
  client.notify('textDocument/didOpen', {
    textDocument: { uri: 'untitled:Untitled-1', languageId: 'typescript', version: 1, text: doublingPipeline },
  })
  const lenses = await client.request<CodeLens[]>('textDocument/codeLens', {
    textDocument: { uri: 'untitled:Untitled-1' },
  })
  assert.equal(lenses.length, 1)
  assert.deepEqual(await client.request('textDocument/codeLens', { textDocument: { uri: 'git:/a.ts?HEAD' } }), [])
})

test('a burst of keystrokes ends with the findings of the last one', async t => {
  const at = folder(t)
  const path = at.at('a.ts')
  const client = await startClient(t, { folders: [at.path] })
  client.open(path, doublingPipeline)
  for (let count = 0; count < 50; count++) {
    client.edit(path, 'VALUES ($1)', 'VALUES ($1) ON CONFLICT DO NOTHING')
    client.edit(path, 'VALUES ($1) ON CONFLICT DO NOTHING', 'VALUES ($1)')
  }
  assert.ok(rulesOf(await client.current(path)).includes(rule))
  const published = client
    .session()
    .split('\n')
    .filter(line => line.startsWith('<-- textDocument/publishDiagnostics'))
  assert.ok(published.length < 100, `${published.length} messages for 101 versions: waiting edits are checked together`)
})

test('a folder that links to itself is looked through once', async t => {
  const at = folder(t, { 'src/a.ts': doublingPipeline })
  symlinkSync('..', at.at('src/up'))
  const client = await startClient(t, { folders: [at.path] })
  await client.diagnostics(at.at('src/a.ts'), diagnostics => rulesOf(diagnostics).includes(rule))
  assert.equal(client.session().includes('/up/'), false)
})
