/** `npm run new-rule x` in a copy of the project: a rule file, fixtures, a page; nothing else to touch; a failing test. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { test } from 'node:test'
import { repositoryRoot } from '../harness/generate/files.ts'
import { type Folder, folder } from './folder.ts'

test('a new rule is known everywhere by its file alone, and its test asks for work', t => {
  const at = copyOfProject(folder(t))
  // Pages that are stale already are the matter of another test.
  assert.equal(node(at, 'test/harness/generate.ts').status, 0)
  const before = contents(at)
  const made = node(at, 'test/harness/newRule.ts', 'brand-new-thing')
  assert.equal(made.status, 0, made.output)
  const after = contents(at)
  const touched = [...after].filter(([name, text]) => before.get(name) !== text).map(([name]) => name)
  assert.deepEqual(touched.sort(), [
    'server/docs/rules/README.md',
    'server/docs/rules/brand-new-thing.md',
    'server/schemas/config.schema.json',
    'server/src/rules/brand-new-thing.ts',
    'server/src/rules/index.ts',
    'test/rules/brand-new-thing/invalid/basic.ts',
    'test/rules/brand-new-thing/valid/basic.ts',
  ])
  assert.match(after.get('server/docs/rules/brand-new-thing.md') ?? '', /## Wrong\n[\s\S]*## Right/)
  const fixtures = node(at, '--test', '--test-name-pattern=brand-new-thing', 'test/rules/rules.test.ts')
  assert.equal(fixtures.status, 1)
  assert.match(fixtures.output, /expected line 8, 5\.\.16 brand-new-thing: What is wrong/)
  finish(at)
  const passing = node(at, '--test', '--test-name-pattern=brand-new-thing', 'test/rules/rules.test.ts')
  assert.equal(passing.status, 0, passing.output)
  const linted = node(at, 'server/src/cli.ts', 'test/rules/brand-new-thing/invalid', '--rule', 'brand-new-thing')
  assert.equal(linted.status, 1, linted.output)
})

test('an id that is no id, or taken, is refused', t => {
  const at = copyOfProject(folder(t))
  for (const [id, message] of [
    ['Brand', /two or more words in lower case/],
    ['../x-y', /two or more words/],
    ['offset-after-shuffle', /there already/],
  ] as const) {
    const { status, output } = node(at, 'test/harness/newRule.ts', id)
    assert.equal(status, 1)
    assert.match(output, message)
  }
})

/** The work that the scaffold asks for: find the call, by the simplest means. */
function finish(at: Folder): void {
  const path = at.at('server/src/rules/brand-new-thing.ts')
  const text = readFileSync(path, 'utf8')
  const detect = /for \(const pipeline[\s\S]*?\n {4}\}\n/
  assert.match(text, detect)
  const range = '{ start: { line: 7, character: 4 }, end: { line: 7, character: 15 } }'
  const found = `    if (facts.path.includes('invalid')) yield { at: { path: facts.path, range: ${range} } }\n`
  writeFileSync(path, text.replace(detect, found.trimStart()))
}

function copyOfProject(at: Folder): Folder {
  for (const name of [
    'server/src',
    'server/bin',
    'server/docs',
    'server/schemas',
    'server/package.json',
    'package.json',
    'test/rules',
    'test/harness/generate',
    'test/harness/generate.ts',
    'test/harness/newRule.ts',
  ])
    cpSync(join(repositoryRoot, name), at.at(name), { recursive: true })
  mkdirSync(at.at('node_modules/@tidemark'), { recursive: true })
  const modules = join(repositoryRoot, 'node_modules')
  for (const name of readdirSync(modules))
    if (!name.startsWith('.') && name !== '@tidemark') symlinkSync(join(modules, name), at.at(`node_modules/${name}`))
  symlinkSync(at.at('server'), at.at('node_modules/@tidemark/server'))
  symlinkSync(join(repositoryRoot, 'runtime'), at.at('node_modules/@tidemark/runtime'))
  return at
}

function contents(at: Folder): Map<string, string> {
  const names = ['server', 'test'].flatMap(top =>
    readdirSync(at.at(top), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name)),
  )
  return new Map(names.map(path => [relative(at.path, path).split(sep).join('/'), readFileSync(path, 'utf8')]))
}

function node(at: Folder, ...args: string[]): { readonly status: number | null; readonly output: string } {
  // A test runner inside a test must not take itself for the outer one's child.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const options = { cwd: at.path, encoding: 'utf8', env } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=source', ...args], options)
  return { status, output: stdout + stderr }
}
