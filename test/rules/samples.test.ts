/** The samples that are shown first: the wrong one gives both rules, the right one none, and the fixes turn the one into code that compiles and is silent. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { createEngine } from '@tidemark/server/analysis/engine/engine'
import { disk, fixed, fixturesRoot } from './fixtures.ts'
import { typeErrors } from './types.ts'

const samples = join(fixturesRoot, '..', '..', 'runtime', 'samples', 'order-totals')
const wrong = join(samples, 'totals-wrong.ts')
const right = join(samples, 'totals-right.ts')

test('the wrong sample breaks both rules, the right one none', () => {
  const engine = createEngine({ fileSystem: disk() })
  const found = engine.analyze(wrong).findings.map(finding => finding.rule)
  assert.deepEqual(found.sort(), ['non-idempotent-output', 'offset-after-shuffle'])
  assert.deepEqual(engine.analyze(right).findings, [])
})

test('what each sample keeps is inferred', () => {
  const engine = createEngine({ fileSystem: disk() })
  const inferred = (path: string): string | undefined => engine.analyze(path).pipelines[0]?.inferred
  assert.equal(inferred(wrong), 'at-least-once')
  assert.equal(inferred(right), 'exactly-once')
})

test('the quick fixes make the wrong sample compile, silent and exactly once', () => {
  const text = readFileSync(wrong, 'utf8')
  const before = createEngine({ fileSystem: disk() }).analyze(wrong).findings
  const after = fixed(wrong, text, before)
  assert.ok(after !== undefined)
  const overlay = new Map([[wrong, after]])
  assert.deepEqual(typeErrors([wrong], { overlay }), [])
  const { findings, pipelines } = createEngine({ fileSystem: disk(overlay) }).analyze(wrong)
  assert.deepEqual(findings, [])
  assert.equal(pipelines[0]?.inferred, 'exactly-once')
})
