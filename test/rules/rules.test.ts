/** Every rule against its fixtures: what it must find, to the character; what it must leave alone; what its fixes make. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { rules } from '@tidemark/server/rules/index'
import { allFixtures, type Fixture, findingsOf, fixed, fixturesRoot, type Marker, markersFor, markersOf, withMarkers } from './fixtures.ts'
import { typeErrors } from './types.ts'

/** `TIDEMARK_UPDATE_FIXTURES=1` writes markers and goldens anew; look at the diff. */
const isUpdate = process.env.TIDEMARK_UPDATE_FIXTURES === '1'
const fixtures = allFixtures()

for (const { meta } of rules) {
  describe(meta.id, () => {
    const own = fixtures.filter(fixture => fixture.rule === meta.id)

    test('has fixtures of both kinds', () => {
      assert.ok(own.some(fixture => fixture.kind === 'invalid'), `${meta.id} needs test/rules/${meta.id}/invalid`)
      assert.ok(own.some(fixture => fixture.kind === 'valid'), `${meta.id} needs test/rules/${meta.id}/valid`)
    })

    for (const fixture of own) test(fixture.name, () => check(fixture))
  })
}

test('no folder of fixtures without its rule', () => {
  const known = new Set(rules.map(rule => rule.meta.id))
  assert.deepEqual([...new Set(fixtures.map(fixture => fixture.rule))].filter(rule => !known.has(rule)), [])
})

test('markers can fail: a caret one column off is a difference', () => {
  const [marker] = markersOf('const a = 1\n//    ^ some-rule: text')
  assert.ok(marker)
  assert.equal(problem([marker], [{ ...marker, start: marker.start + 1 }]) !== undefined, true)
  assert.equal(problem([marker], [marker]), undefined)
})

test('goldens compile against the real typings', () => {
  const goldens = fixtures.map(fixture => fixture.goldenPath).filter(path => existsSync(path))
  assert.ok(goldens.length > 0)
  assert.deepEqual(typeErrors(goldens), [])
})

test('the type check can fail', () => {
  const path = join(fixturesRoot, 'offset-after-shuffle', 'invalid', 'broken.fixed.ts')
  assert.equal(typeErrors([path], { overlay: new Map([[path, "const wrong: number = 'text'\n"]]) }).length, 1)
})

function check(fixture: Fixture): void {
  const text = readFileSync(fixture.path, 'utf8')
  const findings = findingsOf(fixture.path, fixture.rule)
  const actual = markersFor(fixture.path, text, findings)
  if (isUpdate && fixture.kind === 'invalid') writeFileSync(fixture.path, withMarkers(text, actual))
  else assert.equal(problem(markersOf(text), actual), undefined)
  if (fixture.kind === 'invalid') {
    assert.ok(findings.length > 0, 'an invalid fixture has a finding')
    checkFix(fixture)
  }
}

/** Expected markers name the beginning of a message; evidence that is not marked is not asked for. */
function problem(expected: readonly Marker[], actual: readonly Marker[]): string | undefined {
  const matches = (one: Marker, two: Marker): boolean =>
    one.line === two.line && one.start === two.start && one.end === two.end && one.label === two.label && two.text.startsWith(one.text)
  const missing = expected.filter(marker => !actual.some(other => matches(marker, other)))
  const extra = actual.filter(marker => marker.label !== 'related' && !expected.some(other => matches(other, marker)))
  const say = (marker: Marker): string => `line ${marker.line + 1}, ${marker.start + 1}..${marker.end + 1} ${marker.label}: ${marker.text}`
  const lines = [...missing.map(marker => `expected ${say(marker)}`), ...extra.map(marker => `unexpected ${say(marker)}`)]
  return lines.length ? lines.join('\n') : undefined
}

/** The golden is what the fixes make of the fixture without its markers, and the rule is silent on it. */
function checkFix(fixture: Fixture): void {
  const text = withMarkers(readFileSync(fixture.path, 'utf8'), [])
  const overlay = new Map([[fixture.path, text]])
  const result = fixed(fixture.path, text, findingsOf(fixture.path, fixture.rule, overlay))
  if (isUpdate && result !== undefined) writeFileSync(fixture.goldenPath, result)
  const golden = existsSync(fixture.goldenPath) ? readFileSync(fixture.goldenPath, 'utf8') : undefined
  assert.equal(result, golden, 'the fixed text is that of the golden file')
  if (result === undefined) return
  const left = findingsOf(fixture.path, fixture.rule, new Map([[fixture.path, result]])).filter(finding => finding.fixes.length > 0)
  assert.deepEqual(left.map(finding => finding.message), [], 'what was fixed is silent')
}
