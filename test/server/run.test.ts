/** A run in which something of ours fails: said once, with its name, and everything else goes on. */
import assert from 'node:assert/strict'
import { chmodSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { type RunOptions, run } from '@tidemark/server/analysis/commandLine/run'
import { createDisk } from '@tidemark/server/analysis/engine/disk'
import { isFailure } from '@tidemark/server/analysis/report/report'
import { noSettings } from '@tidemark/server/analysis/settings/settings'
import { rules } from '@tidemark/server/rules/index'
import { defineRule } from '@tidemark/server/rules/rule'
import { folder } from './folder.ts'
import { doublingPipeline, repeatablePipeline } from './sources.ts'

const meta = { severity: 'error', title: '', why: [], misses: [], whenNotToUse: '' } as const

const failing = defineRule({
  meta: { ...meta, id: 'swallowed-error' },
  *detect(facts) {
    for (const pipeline of facts.pipelines) {
      if (pipeline.topics.length > 0) throw new Error('an impossible pipeline')
      yield { at: pipeline.at }
    }
  },
  explain: () => ({ message: '' }),
})

function options(at: string, more: Partial<RunOptions>): RunOptions {
  return {
    workingFolder: at,
    version: '1.0.0',
    paths: [],
    settings: noSettings,
    only: undefined,
    fixes: false,
    stdin: undefined,
    baseline: undefined,
    disk: createDisk(),
    ...more,
  }
}

test('a rule that throws is reported once, by its id, and the others go on', async t => {
  const at = folder(t, { 'a.ts': doublingPipeline, 'b.ts': doublingPipeline, 'c.ts': doublingPipeline })
  const paths = ['a.ts', 'b.ts', 'c.ts'].map(at.at)
  const others = rules.filter(({ meta: { id } }) => id === 'non-idempotent-output')
  const { report } = await run(options(at.path, { paths, rules: [failing, ...others] }))
  assert.equal(report.findings.filter(({ rule }) => rule === 'non-idempotent-output').length, 3)
  const failed = report.notes.filter(({ code }) => code === 'RULE_FAILED')
  assert.deepEqual(
    failed.map(({ rule, message }) => [rule, /an impossible pipeline/.test(message)]),
    [['swallowed-error', true]],
  )
  assert.ok(failed.every(isFailure), 'the run did not do all that was asked, so the exit code is 2')
})

test('a fix that would not parse is taken back, and said', async t => {
  const at = folder(t, { 'a.ts': repeatablePipeline })
  const breaking = defineRule({
    meta: { ...meta, id: 'swallowed-error' },
    *detect(facts) {
      for (const pipeline of facts.pipelines) yield { at: pipeline.at }
    },
    explain: () => ({ message: 'wrong' }),
    fix: ({ at }) => [{ title: 'Break it', isSafe: true, edits: [{ at, newText: '((((' }] }],
  })
  const { report, fixedCount } = await run(
    options(at.path, { paths: [at.at('a.ts')], rules: [breaking], fixes: true, stdin: undefined }),
  )
  assert.equal(fixedCount, 0)
  assert.match(report.notes.find(({ code }) => code === 'FIX_FAILED')?.message ?? '', /swallowed-error would not parse/)
  assert.equal(report.textOf(at.at('a.ts')), repeatablePipeline)
})

test('a file that vanished or may not be read is said, and the others go on', async t => {
  const at = folder(t, { 'wrong.ts': doublingPipeline, 'closed.ts': doublingPipeline })
  chmodSync(at.path, 0o755)
  chmodSync(at.at('closed.ts'), 0o000)
  const paths = ['closed.ts', 'gone.ts', 'wrong.ts'].map(at.at)
  const { report } = await asNobodySpecial(() =>
    run(options(at.path, { paths, only: new Set(['non-idempotent-output']) })),
  )
  assert.deepEqual(
    report.notes.map(({ code, path }) => `${code} ${path}`),
    [`FILE_UNREADABLE ${at.at('closed.ts')}`, `FILE_VANISHED ${at.at('gone.ts')}`],
  )
  assert.deepEqual(report.notes.map(isFailure), [true, false])
  assert.deepEqual(
    report.findings.map(({ path }) => path),
    [at.at('wrong.ts')],
  )
})

test('a folder that is read-only keeps its files as they are', async t => {
  const text = `// tidemark-ignore non-idempotent-output: gone\n${repeatablePipeline}`
  const at = folder(t, { 'a.ts': text })
  chmodSync(at.path, 0o555)
  const only = new Set(['unused-suppression', 'non-idempotent-output'])
  const { report, fixedCount } = await asNobodySpecial(() =>
    run(options(at.path, { paths: [at.at('a.ts')], only, fixes: true })),
  )
  assert.equal(fixedCount, 0, 'what was not written is not counted as fixed')
  chmodSync(at.path, 0o755)
  assert.match(report.notes.find(({ code }) => code === 'FIX_FAILED')?.message ?? '', /permission to write/)
  assert.equal(readFileSync(at.at('a.ts'), 'utf8'), text)
})

/** The superuser may do everything, so it steps down meanwhile. */
async function asNobodySpecial<T>(work: () => Promise<T>): Promise<T> {
  const isSuperuser = process.geteuid?.() === 0
  if (isSuperuser) process.seteuid?.(65_534)
  try {
    return await work()
  } finally {
    if (isSuperuser) process.seteuid?.(0)
  }
}
