/** The command line as a process: from the sources and as it is bundled. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { repositoryRoot } from '../harness/generate/files.ts'
import { folder } from './folder.ts'
import { doublingPipeline } from './sources.ts'

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

function run(entry: string, args: readonly string[], cwd: string, input?: string): Promise<Ended> {
  const child = spawn(process.execPath, [join(repositoryRoot, entry), ...args], { cwd, stdio: 'pipe' })
  let out = ''
  let error = ''
  child.stdout.on('data', chunk => {
    out += chunk
  })
  child.stderr.on('data', chunk => {
    error += chunk
  })
  child.stdin.end(input)
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', code => done({ code, out, error }))
  })
}

for (const entry of ['server/src/cli.ts', 'server/bin/tidemark-lint.js'])
  test(`${entry} reports, reads standard input, and sets the exit code`, async t => {
    const at = folder(t, { 'wrong.ts': doublingPipeline })
    const { code, out, error } = await run(entry, ['wrong.ts', '--format', 'json'], at.path)
    assert.equal(error, '')
    assert.equal(code, 1)
    assert.equal(JSON.parse(out).pipelines.length, 1)
    const piped = await run(
      entry,
      ['--stdin-filename', 'x.ts', '--rule', 'non-idempotent-output'],
      at.path,
      doublingPipeline,
    )
    assert.equal(piped.code, 1)
    assert.match(piped.out, /^x\.ts:10:/)
    assert.equal((await run(entry, ['--nope'], at.path)).code, 2)
  })

test('the wrong sample names both rules; the right one is clean', async () => {
  const { code, out } = await run('server/src/cli.ts', ['runtime/samples', '--format', 'sarif'], repositoryRoot)
  assert.equal(code, 1)
  const rules = new Set(JSON.parse(out).runs[0].results.map((result: { ruleId: string }) => result.ruleId))
  for (const rule of ['offset-after-shuffle', 'non-idempotent-output']) assert.ok(rules.has(rule), rule)
  const right = await run('server/src/cli.ts', ['runtime/samples/order-totals/totals-right.ts'], repositoryRoot)
  assert.equal(right.code, 0, right.out)
})
