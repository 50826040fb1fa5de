/** Suppression comments: what they cover, what they must not, and what is said of bad ones. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applySuppressions, suppressionsOf, suppressionText } from '@tidemark/server/analysis/findings/suppressions'
import { editedText } from '@tidemark/server/analysis/fixes/fixes'
import type { Finding } from '@tidemark/server/facts/finding'
import { finding } from './findings.ts'

const known = new Set([
  'non-idempotent-output',
  'swallowed-error',
  'unawaited-output',
  'unused-suppression',
  'suppression-without-reason',
])

/** The rules left after suppression of a `non-idempotent-output` on each `save(…)` of the text. */
function left(text: string, { path = '/a.ts', ran = known, rule = 'non-idempotent-output' } = {}): readonly Finding[] {
  const found = [...text.matchAll(/save\(\d*\)/g)].map(match => finding(path, text, match[0], { rule }))
  return applySuppressions(path, found, suppressionsOf(path, text), ran, known).findings
}

function rules(text: string, options?: Parameters<typeof left>[1]): string[] {
  return left(text, options).map(each => each.rule)
}

test('covers the next line that holds code, its own line, or the file', () => {
  assert.deepEqual(rules('// tidemark-ignore non-idempotent-output: the table has a trigger\nsave(1)'), [])
  assert.deepEqual(rules('save(1) // tidemark-ignore non-idempotent-output: a trigger'), [])
  assert.deepEqual(rules('foo(); /* tidemark-ignore non-idempotent-output: a trigger */ save(1)'), [])
  assert.deepEqual(rules('// tidemark-ignore-file non-idempotent-output: generated\n\nsave(1)\nsave(2)'), [])
  assert.deepEqual(
    rules('// tidemark-ignore non-idempotent-output: a\n\n// why\n/* more */\n  save(1)\nsave(2)'),
    ['non-idempotent-output'],
    'only the first line of code after it',
  )
  assert.deepEqual(rules('save(1)'), ['non-idempotent-output'], 'control: nothing is silenced without a comment')
})

test('several rules, stacked comments, JSX, Windows line ends, Python', () => {
  assert.deepEqual(
    rules('// tidemark-ignore swallowed-error, non-idempotent-output: both are known\r\nsave(1)'),
    ['unused-suppression'],
    'the other one of the two is unused',
  )
  assert.deepEqual(
    rules('// tidemark-ignore non-idempotent-output: a\n// tidemark-ignore unawaited-output: b\nsave(1)', {
      ran: new Set(['non-idempotent-output']),
    }),
    [],
  )
  assert.deepEqual(
    rules('const v = <p>\n  {/* tidemark-ignore non-idempotent-output: in JSX */}\n  {save(1)}\n</p>', {
      path: '/a.tsx',
    }),
    [],
  )
  assert.deepEqual(rules('  # tidemark-ignore non-idempotent-output: a trigger\n  save(1)', { path: '/a.py' }), [])
})

test('a word in a string, a template, JSX text or prose is no suppression', () => {
  for (const text of [
    `const s = '// tidemark-ignore non-idempotent-output: no'; save(1)`,
    `const s = \`\n// tidemark-ignore non-idempotent-output: no\n\${save(1)}\``,
    `const s = \`\${a}\n// tidemark-ignore non-idempotent-output: no\n\`; save(1)`,
    '// see tidemark-ignore non-idempotent-output: in the manual\nsave(1)',
    '// tidemark-ignored non-idempotent-output: no\nsave(1)',
    String.raw`const r = /[/]\/ tidemark-ignore x/; save(1)`,
  ])
    assert.deepEqual(rules(text), ['non-idempotent-output'], text)
  assert.deepEqual(
    rules('const v = <p>\n// tidemark-ignore non-idempotent-output: no\n{save(1)}</p>', { path: '/a.tsx' }),
    ['non-idempotent-output'],
  )
})

test('finds comments wherever tokens leave room', () => {
  const comment = '// tidemark-ignore non-idempotent-output: here\n'
  for (const text of [
    `call(\n${comment}save(1))`,
    `call(a,\n${comment}save(1),\n)`,
    `function f() {\n${comment}save(1)\n}`,
    `const o = {\n${comment}a: save(1),\n}`,
    `class A {\n  x = 1\n  ${comment}  y = save(1)\n}`,
    `const a = b\n  .c()\n  ${comment}  .save(1)`,
    `if (a) {\n} ${comment}save(1)`.replace('} //', '}\n//'),
    `\uFEFF${comment}save(1)`,
    `#!/usr/bin/env node\n${comment}save(1)`,
    `switch (a) {\n  case 1:\n    ${comment}    save(1)\n}`,
    `broken( {\n${comment}save(1)`,
  ])
    assert.deepEqual(rules(text), [], text)
  assert.deepEqual(rules(`foo(${comment})\nsave(1)`), ['non-idempotent-output', 'unused-suppression'])
})

test('a suppression without reason silences but is reported', () => {
  assert.deepEqual(rules('// tidemark-ignore non-idempotent-output\nsave(1)'), ['suppression-without-reason'])
  assert.deepEqual(rules('// tidemark-ignore non-idempotent-output:  \nsave(1)'), ['suppression-without-reason'])
})

test('an unused suppression is reported, and its fix removes it', () => {
  const text = 'ok()\n// tidemark-ignore non-idempotent-output: old\nok()\n'
  const [only] = left(text)
  assert.equal(only?.rule, 'unused-suppression')
  assert.deepEqual(only?.range.start, { line: 1, character: 0 })
  assert.equal(editedText(text, only?.fixes[0]?.edits ?? []), 'ok()\nok()\n')
  const trailing = 'ok() // tidemark-ignore non-idempotent-output: old\nok()\n'
  assert.equal(editedText(trailing, left(trailing)[0]?.fixes[0]?.edits ?? []), 'ok()\nok()\n')
})

test('a suppression of a rule that did not run is not called unused', () => {
  const text = '// tidemark-ignore swallowed-error: known\nok()'
  assert.deepEqual(rules(text, { ran: new Set(['non-idempotent-output', 'unused-suppression']) }), [])
  assert.deepEqual(rules(text), ['unused-suppression'], 'control')
})

test('an unknown rule gets a guess; a missing one gets the form', () => {
  assert.match(
    left('// tidemark-ignore non-idempotent-outputs: x\nsave(1)')[1]?.message ?? '',
    /Did you mean 'non-idempotent-output'\?/,
  )
  assert.match(left('// tidemark-ignore\nok()')[0]?.message ?? '', /names no rule/)
  assert.equal(left('// tidemark-ignore\nok()').length, 1)
})

test('the quick fix writes a comment that is read back', () => {
  const line = '    save(1)'
  const text = `${suppressionText('non-idempotent-output', line, '/a.ts', 'a trigger')}\n${line}`
  assert.equal(text.split('\n')[0], '    // tidemark-ignore non-idempotent-output: a trigger')
  assert.deepEqual(rules(text), [])
})
