/** The runner must see what a test cannot say of itself. Each case is a small test file, written here and run. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { identityOf } from '../runtime/src/localKafka/processIdentity.ts'
import { tempFolder } from './harness/folders.ts'
import { filesOf, matches, suiteOf } from './harness/run/suites.ts'
import { runTestFile } from './harness/run/testFile.ts'
import { until } from './harness/until.ts'

const head = `import { test, describe } from 'node:test'; import { spawn } from 'node:child_process';`

async function run(t: TestContext, code: string, timeoutMs = 30_000) {
  const path = join(await tempFolder(t), 'case.test.mjs')
  await writeFile(path, `${head}\n${code}`)
  return runTestFile(path, process.env, timeoutMs)
}

test('tests are counted, suites and parents that only fail with a child are not', async t => {
  const result = await run(
    t,
    `describe('suite', () => { test('one', () => {}); test('two', () => {}) })
     test('parent', async t => { await t.test('child', () => { throw new Error('seen') }) })`,
  )
  assert.equal(result.passed, 2)
  assert.deepEqual(
    result.failures.map(failure => failure.name),
    ['parent > child'],
  )
  assert.match(result.failures[0]?.message ?? '', /seen/)
})

test('a crash is a failure, with what it printed', async t => {
  const result = await run(
    t,
    `test('fine', () => {}); console.log('last words'); setTimeout(() => process.abort(), 0); test('never', () => new Promise(() => {}))`,
  )
  assert.match(result.failures[0]?.message ?? '', /ended by SIGABRT/)
  assert.match(result.output, /last words/)
})

test('an early exit with code 0 is a failure', async t => {
  const { failures } = await run(t, `test('a', () => {}); test('b', () => process.exit(0))`)
  assert.match(failures[0]?.message ?? '', /before its tests had/)
})

test('a file without tests, and one that cannot be loaded, are failures', async t => {
  const empty = await run(t, '')
  assert.match(empty.failures[0]?.message ?? '', /holds no test|before its tests/)
  const broken = await run(t, `import './missing.mjs'; test('a', () => {})`)
  assert.equal(broken.failures.length, 1)
  assert.match(broken.output, /missing.mjs/)
})

test('a skipped test did not run, and that is a failure', async t => {
  const { failures } = await run(t, `test('later', { skip: 'no broker' }, () => {})`)
  assert.match(failures[0]?.message ?? '', /did not run: no broker/)
})

test('a file that hangs is killed, and so is what it started', async t => {
  const code = `test('hang', () => { const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    console.log('child ' + child.pid); setInterval(() => {}, 1000); return new Promise(() => {}) })`
  const { failures, output } = await run(t, code, 2_000)
  assert.match(failures.at(-1)?.message ?? '', /did not end within 2 s/)
  const pid = Number(/child (\d+)/.exec(output)?.[1])
  await until('the child is gone', async () => !(await isAlive(pid)))
})

test('a process that a finished file leaves behind is ended', async t => {
  const { failures, output } = await run(
    t,
    `test('leaves', () => { const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }); child.unref(); console.log('child ' + child.pid) })`,
  )
  assert.deepEqual(failures, [])
  await until('the child is gone', async () => !(await isAlive(Number(/child (\d+)/.exec(output)?.[1]))))
})

test('the ending of a name decides the suite, and filters choose by path', () => {
  assert.equal(suiteOf('test/a/b.kafka.test.ts'), 'kafka')
  assert.equal(suiteOf('test/a/b.ui.test.ts'), 'ui')
  assert.equal(suiteOf('test/a/b.test.ts'), 'fast')
  assert.equal(matches('test/runtime/monitor/lag.test.ts', ['monitor']), true)
  assert.equal(matches('test/runtime/monitor/lag.test.ts', ['stores']), false)
  assert.ok(filesOf('fast', []).includes('test/run.test.ts'))
  assert.ok(!filesOf('fast', []).some(path => path.endsWith('.kafka.test.ts')))
})

async function isAlive(pid: number): Promise<boolean> {
  assert.ok(pid > 0, 'the child said its pid')
  return (await identityOf(pid)) !== undefined
}
