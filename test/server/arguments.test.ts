/** The command line's words, and what is said when they make no sense. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { help, parseArguments, UsageError } from '@tidemark/server/analysis/commandLine/arguments'

const rules = ['offset-after-shuffle', 'swallowed-error']

function parse(line: string) {
  return parseArguments(
    line.split(' ').filter(word => word !== ''),
    rules,
  )
}

test('every option is read', () => {
  const all = parse(
    'a.ts b --format=sarif --output r.sarif --fix --rule swallowed-error --max-warnings 3 --baseline b.json',
  )
  assert.deepEqual(all, {
    asks: undefined,
    paths: ['a.ts', 'b'],
    format: 'sarif',
    output: 'r.sarif',
    fixes: true,
    rules: ['swallowed-error'],
    warningsMax: 3,
    baseline: 'b.json',
    writesBaseline: false,
    config: undefined,
    isStdin: false,
    stdinFileName: undefined,
    seesIgnored: false,
    isColored: undefined,
  })
  assert.equal(parse('--stdin-filename x.ts').isStdin, true)
  assert.equal(parse('-').isStdin, true)
  assert.equal(parse('--help').asks, 'help')
  assert.equal(parse('-v').asks, 'version')
  assert.deepEqual(parse('a --rule swallowed-error --rule offset-after-shuffle').rules, [...rules].reverse())
})

for (const [line, message] of [
  ['', /Nothing to analyse/],
  ['a --format xml', /--format is 'xml'\. Allowed: text, json, sarif, github\./],
  ['a --max-warnings many', /--max-warnings is 'many'\. Allowed: a whole number/],
  ['a --max-warnings=-1', /--max-warnings is '-1'/],
  ['a --rule swalowed-error', /No rule is called 'swalowed-error'\. Did you mean 'swallowed-error'\?/],
  ['a --formt json', /There is no option --formt\. Did you mean --format\?/],
  ['a --format', /--format/],
  ['a --fix=yes', /--fix/],
  ['a --stdin', /Either standard input or paths/],
] as const)
  test(`says what is wrong with '${line}'`, () => {
    assert.throws(
      () => parse(line),
      (error: unknown) => error instanceof UsageError && message.test(error.message),
    )
  })

test('the help names every option and rule', () => {
  const text = help(rules)
  for (const word of [
    '--format',
    '--output',
    '--fix',
    '--rule',
    '--max-warnings',
    '--baseline',
    '--write-baseline',
    ...rules,
  ])
    assert.ok(text.includes(word), word)
})
