/** The settings file: what it sets, where it is looked for, and how a mistake in it is named. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isOnSomewhere, levelAt } from '@tidemark/server/analysis/settings/levels'
import { findSettings, levelsOf, parseSettings, settingsSchema } from '@tidemark/server/analysis/settings/settings'
import { Ajv } from 'ajv'

const rules = ['offset-after-shuffle', 'swallowed-error']
const path = '/repo/tidemark.config.json'

const right = `{
  "$schema": "./schema.json",
  // comments and trailing commas are fine
  "rules": { "offset-after-shuffle": "warning", "swallowed-error": "off" },
  "overrides": [{ "files": ["legacy/**"], "rules": { "offset-after-shuffle": "hint" } }],
  "outputs": [{ "call": "@acme/db:save", "kind": "database", "idempotent": true }],
  "consumers": [{ "call": "@acme/streams:consume", "argument": 1, "commits": "manual" }, { "call": "@acme/streams:read", "option": "each" }],
  "ignore": ["legacy/**"],
  "baseline": "tidemark.baseline.json",
  "maxWarnings": 3,
  "maxFileBytes": 5000,
}`

test('every key is read', () => {
  assert.deepEqual(parseSettings(path, right, rules), {
    path,
    rules: { 'offset-after-shuffle': 'warning', 'swallowed-error': 'off' },
    overrides: [{ files: ['legacy/**'], rules: { 'offset-after-shuffle': 'hint' } }],
    outputs: [{ call: '@acme/db:save', kind: 'database', idempotent: true }],
    consumers: [
      { call: '@acme/streams:consume', handler: 1, commits: 'manual' },
      { call: '@acme/streams:read', handler: 'each' },
    ],
    ignore: ['legacy/**'],
    baseline: '/repo/tidemark.baseline.json',
    warningsMax: 3,
    fileBytesMax: 5000,
    problems: [],
  })
})

const wrong: readonly (readonly [name: string, text: string, place: string, message: RegExp])[] = [
  [
    'a level',
    '{\n  "rules": {\n    "swallowed-error": "fatal"\n  }\n}',
    '2:23',
    /'rules\.swallowed-error' is "fatal"\. Allowed: off, hint, info, warning, error\./,
  ],
  [
    'a rule',
    '{ "rules": { "swalowed-error": "off" } }',
    '0:13',
    /'rules\.swalowed-error' is not known\. Did you mean 'swallowed-error'\?/,
  ],
  ['a key', '{\n "rulez": {} }', '1:1', /'rulez' is not known\. Did you mean 'rules'\? Allowed: .*ignore/],
  ['an inherited name', '{ "rules": { "constructor": "off" } }', '0:13', /'rules\.constructor' is not known/],
  ['a type', '{ "ignore": "a" }', '0:12', /'ignore' is "a"\. Allowed: a list/],
  ['an item', '{ "ignore": ["a",\n 7] }', '1:1', /'ignore\[1\]' is 7\. Allowed: a text/],
  ['a number', '{ "maxWarnings": -1 }', '0:17', /'maxWarnings' is -1\. Allowed: a whole number from 0/],
  [
    'a consumer that commits at a time of its own',
    '{ "consumers": [{ "call": "a:b", "commits": "sometimes" }] }',
    '0:44',
    /'consumers\[0\]\.commits' is "sometimes"\. Allowed: after-handler, before-handler, manual/,
  ],
  ['a missing key', '{ "outputs": [{ "kind": "http" }] }', '0:14', /'outputs\[0\]' lacks 'call'/],
  [
    'a call',
    '{ "outputs": [{ "call": "save", "kind": "http" }] }',
    '0:24',
    /'outputs\[0\]\.call' is "save"\. Allowed: a text as '@acme/,
  ],
  [
    'a kind',
    '{ "outputs": [{ "call": "a:b", "kind": "disk" }] }',
    '0:39',
    /'outputs\[0\]\.kind' is "disk"\. Allowed: database, document/,
  ],
  [
    'a boolean',
    '{ "outputs": [{ "call": "a:b", "kind": "http", "idempotent": "yes" }] }',
    '0:61',
    /'outputs\[0\]\.idempotent' is "yes"\. Allowed: true, false/,
  ],
  [
    'a rule of some files',
    '{ "overrides": [{ "files": ["a"], "rules": { "swalowed-error": "off" } }] }',
    '0:45',
    /'overrides\[0\]\.rules\.swalowed-error' is not known\. Did you mean 'swallowed-error'\?/,
  ],
  [
    'a level of some files',
    '{ "overrides": [{ "files": ["a"], "rules": { "swallowed-error": 2 } }] }',
    '0:64',
    /'overrides\[0\]\.rules\.swallowed-error' is 2\. Allowed: off, hint/,
  ],
  [
    'files that are no list',
    '{ "overrides": [{ "files": "a", "rules": {} }] }',
    '0:27',
    /'overrides\[0\]\.files' is "a"\. Allowed: a list/,
  ],
  [
    'files outside',
    '{ "overrides": [{ "files": ["../a"], "rules": {} }] }',
    '0:28',
    /'overrides\[0\]\.files\[0\]' is "\.\.\/a"\. Allowed: a text as 'src\/legacy\/\*\*'/,
  ],
  ['rules without files', '{ "overrides": [{ "rules": {} }] }', '0:16', /'overrides\[0\]' lacks 'files'/],
  ['the whole', '[]', '0:0', /The configuration is \[\]\. Allowed: an object/],
  ['broken JSON', '{\n  "rules": {', '1:12', /not JSON: close brace expected/],
  ['an empty file', '', '0:0', /not JSON: value expected/],
]

for (const [name, text, place, message] of wrong) {
  test(`a wrong setting is named with its place and what is allowed: ${name}`, () => {
    const { problems } = parseSettings(path, text, rules)
    assert.equal(problems.length, 1)
    assert.equal(`${problems[0]?.line}:${problems[0]?.character}`, place)
    assert.match(problems[0]?.message ?? '', message)
  })
}

test('one mistake does not lose the rest', () => {
  const settings = parseSettings(path, '{ "rules": { "swallowed-error": 7, "offset-after-shuffle": "off" } }', rules)
  assert.deepEqual(settings.rules, { 'offset-after-shuffle': 'off' })
})

test('the nearest file upwards is taken; package.json only with the key', () => {
  const files: Record<string, string> = {
    '/repo/a/b/package.json': '{ "name": "tidemark-user", "dependencies": { "@tidemark/runtime": "1" } }',
    '/repo/a/package.json': '{ "tidemark": { "maxWarnings": 1 } }',
    '/repo/tidemark.config.json': '{ "maxWarnings": 2 }',
  }
  const find = (folder: string) => findSettings(folder, rules, name => files[name])
  assert.equal(find('/repo/a/b').warningsMax, 1)
  assert.equal(find('/repo/a/b').path, '/repo/a/package.json')
  assert.equal(find('/repo').warningsMax, 2)
  assert.equal(find('/other').path, undefined)
  files['/repo/a/package.json'] = '{ "tidemark": { "maxWarnings": true } }'
  assert.match(find('/repo/a').problems[0]?.message ?? '', /'maxWarnings' is true/)
})

test('the published schema accepts what the reader accepts and refuses what it refuses', () => {
  const validate = new Ajv({ strict: false }).compile(settingsSchema(rules))
  const plain = right.replace(/\/\/.*/, '').replace(/,\n}/, '\n}')
  assert.ok(validate(JSON.parse(plain)), JSON.stringify(validate.errors))
  for (const [name, text] of wrong) {
    if (/JSON|empty/.test(name)) continue
    assert.equal(validate(JSON.parse(text)), false, name)
  }
})

test('the last override that holds a file decides; others keep what the rules say', () => {
  const text = `{
    "rules": { "swallowed-error": "error" },
    "overrides": [
      { "files": ["legacy/**", "*.spec.ts"], "rules": { "swallowed-error": "off" } },
      { "files": ["./legacy/new/**", "!legacy/new/old.ts"], "rules": { "swallowed-error": "hint", "offset-after-shuffle": "info" } },
    ],
  }`
  const levels = levelsOf(parseSettings(path, text, rules))
  const level = (file: string, rule = 'swallowed-error') => levelAt(levels, rule, file)
  assert.equal(level('/repo/src/a.ts'), 'error')
  assert.equal(level('/repo/legacy/a.ts'), 'off')
  assert.equal(level('/repo/src/deep/a.spec.ts'), 'off')
  assert.equal(level('/repo/legacy/new/a.ts'), 'hint')
  assert.equal(level('/repo/legacy/new/old.ts'), 'off')
  assert.equal(level('/elsewhere/legacy/a.ts'), 'error')
  assert.equal(level('/repo/legacy/new/a.ts', 'offset-after-shuffle'), 'info')
  assert.equal(level('/repo/src/a.ts', 'offset-after-shuffle'), undefined)
  assert.ok(isOnSomewhere({ ...levels, rules: { 'swallowed-error': 'off' } }, 'swallowed-error'))
  assert.ok(
    !isOnSomewhere(
      { ...levels, rules: { 'swallowed-error': 'off' }, overrides: levels.overrides.slice(0, 1) },
      'swallowed-error',
    ),
  )
})
