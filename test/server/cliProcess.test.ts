/** The command line as a process: from the sources and as it is bundled. */
import assert from 'node:assert/strict'
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { repositoryRoot } from '../harness/generate/files.ts'
import { folder } from './folder.ts'
import { doublingPipeline, repeatablePipeline } from './sources.ts'

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

function run(entry: string, args: readonly string[], cwd: string, input?: string): Promise<Ended> {
  return ended(spawn(process.execPath, [join(repositoryRoot, entry), ...args], { cwd, stdio: 'pipe' }), input)
}

function ended(child: ChildProcessWithoutNullStreams, input?: string): Promise<Ended> {
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

test('on a read-only disk what cannot be written is said, and the report is made', async t => {
  const text = `// tidemark-ignore non-idempotent-output: gone\n${repeatablePipeline}`
  const at = folder(t, { 'unused.ts': text, 'wrong.ts': doublingPipeline })
  const mounted = 'mount --bind "$PWD" "$PWD" && mount -o remount,ro,bind "$PWD" && cd "$PWD"'
  if (spawnSync('unshare', ['-rm', 'sh', '-c', mounted], { cwd: at.path }).status !== 0)
    return t.skip('no mount namespace can be made here')
  const onReadOnlyDisk = (args: readonly string[]): Promise<Ended> => {
    const words = [process.execPath, join(repositoryRoot, 'server/src/cli.ts'), ...args]
    return ended(
      spawn('unshare', ['-rm', 'sh', '-c', `${mounted} && exec "$@"`, 'sh', ...words], { cwd: at.path, stdio: 'pipe' }),
    )
  }
  const fixed = await onReadOnlyDisk(['.', '--fix'])
  assert.equal(fixed.code, 2)
  assert.match(fixed.out, /FIX_FAILED unused\.ts: It could not be written: the disk is read-only\. It is as it was\./)
  assert.match(fixed.out, /^wrong\.ts:10:/m)
  assert.doesNotMatch(fixed.error, / fixed\./)
  assert.equal(readFileSync(at.at('unused.ts'), 'utf8'), text)
  for (const args of [
    ['--baseline', 'b.json', '--write-baseline'],
    ['--output', 'report.txt'],
  ]) {
    const { code, error } = await onReadOnlyDisk(['.', ...args])
    assert.equal(code, 2)
    assert.match(error, /cannot be written: the disk is read-only\./)
  }
})

test('the wrong sample names both rules; the right one is clean', async () => {
  const { code, out } = await run('server/src/cli.ts', ['runtime/samples', '--format', 'sarif'], repositoryRoot)
  assert.equal(code, 1)
  const rules = new Set(JSON.parse(out).runs[0].results.map((result: { ruleId: string }) => result.ruleId))
  for (const rule of ['offset-after-shuffle', 'non-idempotent-output']) assert.ok(rules.has(rule), rule)
  const right = await run('server/src/cli.ts', ['runtime/samples/order-totals/totals-right.ts'], repositoryRoot)
  assert.equal(right.code, 0, right.out)
})
