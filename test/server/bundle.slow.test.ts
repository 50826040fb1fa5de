/** The bundle holds TypeScript's parser without the rest of the compiler: it must read everything as the whole one does. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFile, readdir, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { serverBundle, serverScriptBundle, sqlParserBundle } from '../harness/bundle.ts'
import { repositoryRoot } from '../harness/generate/files.ts'
import { folder } from './folder.ts'
import { startClient } from './lspClient.ts'
import { callingPipeline, doublingHelper } from './sources.ts'
import { ownConsumer, typedProject } from './typedProject.ts'

/** Fixtures of every rule and what is around them, and code that has nothing to do with Kafka, as a person writes it. */
const paths = ['test/rules', 'server/src', 'client/src']

async function bundled(t: TestContext): Promise<string> {
  const at = folder(t)
  for (const options of [serverBundle, serverScriptBundle, sqlParserBundle])
    await build({ ...options, outdir: at.path, sourcemap: false })
  await copyFile(createRequire(import.meta.url).resolve('typescript'), join(at.path, 'typescript.cjs'))
  return at.path
}

async function lint(door: string, args: readonly string[], cwd: string): Promise<string> {
  const run = promisify(execFile)(process.execPath, [door, ...args], { cwd, maxBuffer: 256 << 20 })
  // Findings make the exit code 1; what it printed is what is asked for.
  const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error)
  assert.doesNotMatch(stderr, /defect/)
  return stdout
}

test('the bundle finds what the sources find, to the character', async t => {
  const at = await bundled(t)
  const args = [...paths, '--format', 'json', '--no-ignore']
  const [theirs, ours] = await Promise.all([
    lint(join(repositoryRoot, 'server/bin/tidemark-lint.js'), args, repositoryRoot),
    lint(join(at, 'cli.mjs'), args, repositoryRoot),
  ])
  const { findings, pipelines } = JSON.parse(ours)
  assert.ok(
    findings.length > 100 && pipelines.length > 100,
    `${findings.length} findings, ${pipelines.length} pipelines`,
  )
  assert.equal(ours, theirs)
})

test('the bundle leaves the compiler out, and starts it beside itself where types are asked for', async t => {
  const at = await bundled(t)
  const { outputFiles = [] } = await build({ ...serverBundle, outdir: at, sourcemap: false, write: false })
  const bytes = outputFiles.reduce((sum, { contents }) => sum + contents.byteLength, 0)
  assert.ok(bytes < 4_000_000, `${bytes} bytes`)
  assert.ok((await stat(join(at, 'typescript.cjs'))).size > bytes)
  const project = typedProject(t, { 'a.ts': ownConsumer })
  assert.match(await lint(join(at, 'cli.mjs'), ['.'], project.path), /^a\.ts:6:\d+ \w+ non-idempotent-output/m)
})

test('the server starts from the bundle, keeps what was compiled once it has run, and says the same at the next start', async t => {
  const entry = join(await bundled(t), 'main.mjs')
  const cache = folder(t)
  const project = typedProject(t, {
    'typed.ts': ownConsumer,
    'pipeline.ts': callingPipeline,
    'helper.ts': doublingHelper,
  })
  const kept = async () => (await readdir(cache.path, { recursive: true })).filter(name => name.endsWith('.compiled'))
  const session = async () => {
    const client = await startClient(t, { folders: [project.path], entry, env: { NODE_COMPILE_CACHE: cache.path } })
    const found: unknown[] = []
    // What is found in the other file asks the thread for types.
    for (const name of ['helper.ts', 'typed.ts'])
      found.push(await client.diagnostics(join(project.path, name), diagnostics => diagnostics.length > 0))
    assert.equal(await client.stop(), 0)
    return found
  }
  const first = await session()
  assert.equal((await kept()).length, 1)
  assert.deepEqual(await session(), first)
})
