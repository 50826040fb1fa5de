/** What the server does when its engine does what it must not, and what it sends, message by message. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CodeAction, CodeLens, Hover } from 'vscode-languageserver-protocol'
import { folder } from './folder.ts'
import { startClient } from './lspClient.ts'
import { callingPipeline, doublingHelper } from './sources.ts'

const entry = join(import.meta.dirname, 'doubles/wordServer.ts')

test('an engine that throws is logged with its reason, and the session goes on', async t => {
  const at = folder(t)
  const client = await startClient(t, { folders: [at.path], entry })
  client.open(at.at('a.ts'), 'THROW')
  assert.deepEqual(await client.current(at.at('a.ts')), [])
  client.open(at.at('b.ts'), 'BAD')
  assert.equal((await client.current(at.at('b.ts'))).length, 1)
  client.edit(at.at('a.ts'), 'THROW', 'BAD')
  assert.equal((await client.current(at.at('a.ts'))).length, 1)
  assert.match(client.session(), /ANALYSIS_FAILED .*an impossible state/)
  assert.equal(await client.stop(), 0)
})

test('a document of 50 MB, and a handler that imports one, cost a note and nothing else', async t => {
  const at = folder(t, { 'huge.ts': `export const save = 1\n${'// kafka\n'.repeat(5_600_000)}` })
  const client = await startClient(t, { folders: [at.path] })
  const text = readFileSync(at.at('huge.ts'), 'utf8')
  assert.ok(text.length > 50_000_000)
  client.open(at.at('a.ts'), callingPipeline.replace('./helper.ts', './huge.ts'))
  client.open(at.at('huge.ts'), text)
  assert.deepEqual(await client.current(at.at('huge.ts')), [])
  assert.ok((await client.pipelines(at.at('a.ts'))).pipelines.length > 0)
  assert.match(client.session(), /FILE_TOO_LARGE [^"]*huge\.ts: Skipped: \d+ bytes/)
})

test('a failing rule is said once, however often it fails', async t => {
  const at = folder(t)
  const client = await startClient(t, { folders: [at.path], entry })
  client.open(at.at('a.ts'), 'RULE BAD')
  assert.equal((await client.current(at.at('a.ts'))).length, 1, 'the other rules go on')
  for (let count = 0; count < 5; count++) {
    client.edit(at.at('a.ts'), 'RULE', 'RULE RULE')
    await client.current(at.at('a.ts'))
  }
  client.open(at.at('b.ts'), 'RULE')
  await client.current(at.at('b.ts'))
  assert.equal(client.session().match(/<-- window\/logMessage .*RULE_FAILED/g)?.length, 1)
})

test('an edit refreshes what uses the file; what does not is left alone', async t => {
  const at = folder(t, { 'user.ts': 'USES used.ts', 'used.ts': 'GOOD', 'other.ts': 'BAD' })
  const client = await startClient(t, { folders: [at.path], entry })
  for (const name of ['user.ts', 'used.ts']) client.open(at.at(name), name === 'user.ts' ? 'USES used.ts' : 'GOOD')
  assert.equal((await client.diagnostics(at.at('other.ts'), list => list.length > 0)).length, 1)
  assert.deepEqual(await client.current(at.at('user.ts')), [])
  client.edit(at.at('used.ts'), 'GOOD', 'BAD')
  await client.diagnostics(at.at('user.ts'), list => list.length === 1)
  client.edit(at.at('user.ts'), 'USES used.ts', '')
  await client.diagnostics(at.at('user.ts'), list => list.length === 0)
  const others = client.session().match(/<-- textDocument\/publishDiagnostics .*other\.ts/g)
  assert.equal(others?.length, 1)
})

test('lenses debug pipelines of the runtime, and say what was declared', async t => {
  const at = folder(t)
  const client = await startClient(t, { folders: [at.path], entry })
  client.open(at.at('a.ts'), '\n  PIPELINE')
  const textDocument = { uri: client.uri(at.at('a.ts')) }
  const lenses = await client.request<CodeLens[]>('textDocument/codeLens', { textDocument })
  const range = { start: { line: 1, character: 2 }, end: { line: 1, character: 10 } }
  assert.deepEqual(lenses, [
    { range, command: { title: 'broken: can lose and repeat, declared exactly once', command: '' } },
    {
      range,
      command: { title: 'Debug pipeline', command: 'tidemark.debugPipeline', arguments: [textDocument.uri, range] },
    },
  ])
  const hover = await client.request<Hover>('textDocument/hover', { textDocument, position: range.start })
  assert.match(JSON.stringify(hover.contents), /it says so \(\[a\.ts:2\]\(file:.*#L2\)\)/)
})

test('fix all makes each safe fix once; a client without snippets gets a plain suppression', async t => {
  const at = folder(t)
  const client = await startClient(t, { folders: [at.path], entry, capabilities: {} })
  client.open(at.at('a.ts'), 'BAD\nBAD')
  const [first] = await client.current(at.at('a.ts'))
  assert.equal(first?.relatedInformation, undefined)
  const ask = (only: string[] | undefined) =>
    client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: client.uri(at.at('a.ts')) },
      range: first?.range,
      context: { diagnostics: [first], ...(only ? { only } : {}) },
    })
  const all = await ask(undefined)
  assert.deepEqual(
    all.map(({ title, kind }) => [title, kind]),
    [
      ['Make it good', 'quickfix'],
      ['Suppress non-idempotent-output here, with a reason', 'quickfix'],
      ['Fix all that Tidemark can fix safely (2)', 'source.fixAll.tidemark'],
    ],
  )
  assert.equal(all[0]?.isPreferred, true)
  const newTexts = JSON.stringify(all[1]?.edit?.documentChanges)
  assert.match(newTexts, /"newText":"\/\/ tidemark-ignore non-idempotent-output:\\n"/)
  assert.deepEqual((await ask(['refactor'])).length, 0)
  assert.deepEqual(
    (await ask(['source'])).map(({ kind }) => kind),
    ['source.fixAll.tidemark'],
  )
})

test('what ignore files leave out is not shown, until they say otherwise or someone opens it', async t => {
  const at = folder(t, { '.gitignore': 'dist\n', 'dist/a.ts': 'BAD', 'b.ts': 'GOOD' })
  const client = await startClient(t, { folders: [at.path], entry })
  const changed = (...names: string[]) =>
    client.notify('workspace/didChangeWatchedFiles', {
      changes: names.map(name => ({ uri: client.uri(at.at(name)), type: 2 })),
    })
  at.write('b.ts', 'BAD')
  changed('dist/a.ts', 'node_modules/x/index.js', 'b.ts')
  await client.diagnostics(at.at('b.ts'), list => list.length === 1)
  client.open(at.at('c.ts'), 'BAD')
  await client.current(at.at('c.ts'))
  assert.doesNotMatch(client.session(), /<-- textDocument\/publishDiagnostics .*(?:dist|node_modules)/)
  at.write('.gitignore', '')
  changed('.gitignore')
  assert.equal((await client.diagnostics(at.at('dist/a.ts'))).length, 1)
})

test('what was compiled is kept as soon as the folder was looked through: an editor that closes may kill its servers', async t => {
  const at = folder(t, { 'main.ts': callingPipeline, 'helper.ts': doublingHelper })
  const cache = folder(t)
  const client = await startClient(t, { folders: [at.path], env: { NODE_COMPILE_CACHE: cache.path } })
  // Told of a file that nobody has opened: the folder was looked through.
  await client.diagnostics(at.at('helper.ts'), diagnostics => diagnostics.length > 0)
  const kept = readdirSync(cache.path, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  assert.ok(kept.length > 0)
})
