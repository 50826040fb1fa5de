/** Fixes: all edits of one or none, never two on the same characters, and a file replaced whole or not at all. */
import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { applySafeFixes, FileChangedError, replaceFile } from '@tidemark/server/analysis/fixes/fixes'
import type { Finding, Fix } from '@tidemark/server/facts/finding'
import fc from 'fast-check'
import { finding, rangeOf } from './findings.ts'

const a = '/a.ts'
const b = '/b.ts'
const texts: Record<string, string> = { [a]: 'save(x)\nsave(y)\n', [b]: 'help()\n' }
const textOf = (path: string) => texts[path]

function replacing(words: string, newText: string, path = a): Fix['edits'][number] {
  return { path, range: rangeOf(texts[path] ?? '', words), newText }
}

function inserting(newText: string): Fix['edits'][number] {
  const start = { line: 0, character: 0 }
  return { path: a, range: { start, end: start }, newText }
}

function fixed(words: string, edits: Fix['edits'], isSafe = true): Finding {
  return finding(a, texts[a] ?? '', words, { fixes: [{ title: 'Repair', isSafe, edits }] })
}

test('safe fixes are applied, the others are not', () => {
  const { texts: after, applied } = applySafeFixes(
    [fixed('save(y)', [replacing('save(y)', 'put(y)')]), fixed('save(x)', [replacing('save(x)', 'gone')], false)],
    textOf,
  )
  assert.equal(after.get(a), 'save(x)\nput(y)\n')
  assert.equal(applied.length, 1)
})

test('of two that overlap the first is applied and the other waits', () => {
  const { texts: after, postponed } = applySafeFixes(
    [fixed('x)', [replacing('(x)', '(X)')]), fixed('save(x)', [replacing('save(x)', 'put(x)')])],
    textOf,
  )
  assert.equal(after.get(a), 'put(x)\nsave(y)\n')
  assert.equal(postponed.length, 1)
})

test('a fix of several files is applied whole or not at all', () => {
  const { texts: after, postponed } = applySafeFixes(
    [
      fixed('save(x)', [replacing('save(x)', '1')]),
      fixed('ave(x)', [replacing('(x)', '2'), replacing('help()', '3', b)]),
    ],
    textOf,
  )
  assert.deepEqual([...after], [[a, '1\nsave(y)\n']])
  assert.equal(postponed.length, 1)
})

test('an edit that two fixes share is made once', () => {
  const { texts: after, applied } = applySafeFixes(
    [
      fixed('save(x)', [inserting('import z\n'), replacing('save(x)', 'z(x)')]),
      fixed('save(y)', [inserting('import z\n'), replacing('save(y)', 'z(y)')]),
    ],
    textOf,
  )
  assert.equal(after.get(a), 'import z\nz(x)\nz(y)\n')
  assert.equal(applied.length, 2)
})

test('two different insertions at one place do not both go in', () => {
  const { texts: after } = applySafeFixes(
    [fixed('save(x)', [inserting('one\n')]), fixed('save(y)', [inserting('two\n')])],
    textOf,
  )
  assert.equal(after.get(a), 'one\nsave(x)\nsave(y)\n')
})

test('edits outside the text or in a vanished file are refused', () => {
  const far = { start: { line: 90, character: 0 }, end: { line: 91, character: 0 } }
  const { texts: after, postponed } = applySafeFixes(
    [
      fixed('save(x)', [{ path: a, range: far, newText: 'x' }]),
      fixed('save(y)', [{ path: '/gone.ts', range: rangeOf('x', 'x'), newText: 'y' }]),
    ],
    textOf,
  )
  assert.equal(after.size, 0)
  assert.equal(postponed.length, 2)
})

test('whatever the fixes, the applied ones are exactly what one gets by making them last to first', () => {
  const text = 'abcdefghij'
  const edit = fc.record({ at: fc.nat(10), length: fc.nat(4), newText: fc.constantFrom('', 'X', 'YY') })
  fc.assert(
    fc.property(fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), { maxLength: 6 }), fixes => {
      const findings = fixes.map(edits =>
        finding('/p.ts', text, text, {
          fixes: [
            {
              title: 'any',
              isSafe: true,
              edits: edits.map(({ at, length, newText }) => ({
                path: '/p.ts',
                newText,
                range: { start: { line: 0, character: at }, end: { line: 0, character: Math.min(10, at + length) } },
              })),
            },
          ],
        }),
      )
      const { texts: after, applied } = applySafeFixes(findings, () => text)
      const made = new Map(
        applied.flatMap(each => each.fixes[0]?.edits ?? []).map(each => [JSON.stringify(each), each]),
      )
      let expected = text
      const order = [...made.values()].sort(
        (x, y) => y.range.start.character - x.range.start.character || y.range.end.character - x.range.end.character,
      )
      for (const { range, newText } of order)
        expected = expected.slice(0, range.start.character) + newText + expected.slice(range.end.character)
      assert.equal(after.get('/p.ts') ?? text, expected)
    }),
  )
})

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'tidemark-fixes-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('a file keeps its rights, a link stays a link, nothing is left beside it', async t => {
  const at = folder(t)
  writeFileSync(join(at, 'real.ts'), 'old')
  chmodSync(join(at, 'real.ts'), 0o750)
  symlinkSync('real.ts', join(at, 'link.ts'))
  await replaceFile(join(at, 'link.ts'), 'old', 'new')
  assert.equal(readFileSync(join(at, 'real.ts'), 'utf8'), 'new')
  assert.equal(statSync(join(at, 'real.ts')).mode & 0o777, 0o750)
  assert.deepEqual(readdirSync(at).sort(), ['link.ts', 'real.ts'])
})

test('a file that changed meanwhile is left alone', async t => {
  const path = join(folder(t), 'a.ts')
  writeFileSync(path, 'edited')
  await assert.rejects(replaceFile(path, 'old', 'new'), FileChangedError)
  assert.equal(readFileSync(path, 'utf8'), 'edited')
})

test('a write that fails leaves the old content and no rest', async t => {
  const at = join(folder(t), 'inner')
  mkdirSync(at)
  // The longest name there may be: the file beside it has a longer one and cannot be made, on any disk and for any user.
  const path = join(at, `${'n'.repeat(252)}.ts`)
  writeFileSync(path, 'old')
  await assert.rejects(replaceFile(path, 'old', 'new'), { code: 'ENAMETOOLONG' })
  assert.equal(readFileSync(path, 'utf8'), 'old')
  assert.equal(readdirSync(at).length, 1)
})
