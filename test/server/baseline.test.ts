/** The baseline: old findings stay silent when code moves, new ones never do. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BaselineError, baselineOf, parseBaseline, withoutBaseline } from '@tidemark/server/analysis/findings/baseline'
import { finding } from './findings.ts'

const path = '/repo/src/a.ts'
const old = 'insert(1)\ninsert(2)\ninsert(1)\n'

function context(text: string) {
  return { folder: '/repo', textOf: (asked: string) => (asked === path ? text : undefined) }
}

function findings(text: string) {
  return [...text.matchAll(/insert\(\s*\d\s*\)/g)].map(match => {
    const before = text.slice(0, match.index).split('\n')
    const start = { line: before.length - 1, character: before.at(-1)?.length ?? 0 }
    return finding(path, text, match[0], {
      range: { start, end: { line: start.line, character: start.character + match[0].length } },
    })
  })
}

const baseline = parseBaseline(JSON.stringify(baselineOf(findings(old), context(old))))

test('what it holds is left out; equal findings are counted', () => {
  assert.deepEqual(Object.keys(baseline.findings), ['src/a.ts'])
  assert.equal(new Set(baseline.findings['src/a.ts']?.['non-idempotent-output']).size, 3)
  assert.deepEqual(withoutBaseline(findings(old), baseline, context(old)), {
    findings: [],
    baselinedCount: 3,
    staleCount: 0,
  })
})

test('code that moves or is formatted anew stays known', () => {
  const moved = '// a comment\n\n   insert( 1 )\nother()\ninsert(2); insert(1)\n'
  assert.equal(withoutBaseline(findings(moved), baseline, context(moved)).findings.length, 0)
})

test('a new finding is reported, also when it equals an old one', () => {
  const grown = `${old}insert(1)\ninsert(3)\n`
  const { findings: left } = withoutBaseline(findings(grown), baseline, context(grown))
  assert.deepEqual(
    left.map(each => each.range.start.line),
    [3, 4],
  )
})

test('a repaired finding leaves a stale entry', () => {
  const less = 'insert(1)\ninsert(1)\n'
  assert.deepEqual(withoutBaseline(findings(less), baseline, context(less)), {
    findings: [],
    baselinedCount: 2,
    staleCount: 1,
  })
})

test('another rule at the same place is not known', () => {
  const other = findings(old).map(each => ({ ...each, rule: 'unawaited-output' }))
  assert.equal(withoutBaseline(other, baseline, context(old)).findings.length, 3)
})

test('what is no baseline is refused with the reason', () => {
  for (const [text, reason] of [
    ['{', /not JSON/],
    ['[]', /no 'version'/],
    ['{"version":2,"findings":{}}', /version is 2, known is 1/],
    ['{"version":1,"findings":{"a":{"r":"x"}}}', /must map paths/],
    ['{"version":1,"findings":{"a":null}}', /must map paths/],
  ] as const)
    assert.throws(
      () => parseBaseline(text),
      (error: unknown) => error instanceof BaselineError && reason.test(error.message),
    )
})
