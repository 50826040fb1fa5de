/** The house keeps its own rules: who may import whom, what is banned where, how long a file and a function may get. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { importsOf, layerOf, mayImport } from './tidy/direction.ts'
import { repositoryRoot, sourceFiles, trackedFiles } from './tidy/files.ts'
import { ratchet } from './tidy/ratchet.ts'

const sources = sourceFiles().map(path => ({
  path,
  name: relative(repositoryRoot, path).split(sep).join('/'),
  tree: ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ESNext, true),
}))

test('imports follow the dependency direction', () => {
  const wrong = sources.flatMap(({ path, name, tree }) =>
    importsOf(tree, path).flatMap(({ target, line }) => {
      const from = layerOf(name)
      const to = layerOf(relative(repositoryRoot, target).split(sep).join('/'))
      return from && to && !mayImport(from, to) ? [`${name}:${line} (${from}) imports ${to}`] : []
    }),
  )
  assert.deepEqual(wrong, [])
})

test('the direction check catches a wrong arrow', () => {
  assert.equal(mayImport('server/rules', 'server/frontends'), false)
  assert.equal(mayImport('runtime/processor', 'runtime/clients'), false)
  assert.equal(mayImport('webview', 'client'), false)
  assert.equal(mayImport('server/frontends', 'server/facts'), true)
})

/** Where each of these may be used: the one file that turns it into a parameter, and the doors that talk to a terminal. */
const banned: readonly { readonly text: string; readonly isAllowed: (name: string) => boolean }[] = [
  { text: 'Date.now', isAllowed: name => name.endsWith('/clock.ts') },
  { text: 'Math.random', isAllowed: name => name.endsWith('/random.ts') },
  {
    text: 'console.',
    isAllowed: name =>
      name.endsWith('/trace.ts') ||
      name.endsWith('/cli.ts') ||
      name.includes('/commands/') ||
      name.includes('/samples/'),
  },
]

test('clock, randomness and the console stay behind their parameters', () => {
  const found = sources
    .filter(({ name }) => !name.startsWith('test/') && !name.includes('/samples/'))
    .flatMap(({ name, tree }) => bannedUses(tree).map(use => ({ name, ...use })))
    .filter(({ name, text }) => !banned.some(rule => text.startsWith(rule.text) && rule.isAllowed(name)))
    .map(({ name, line, text }) => `${name}:${line} uses ${text}`)
  assert.deepEqual(found, [])
})

test('files and functions only get shorter', () => {
  const { files, functions } = ratchet()
  const long: string[] = []
  for (const { name, tree } of sources) {
    const lines = tree.getLineStarts().length - 1
    const allowed = files.exceptions[name] ?? files.linesMax
    if (lines > allowed) long.push(`${name} has ${lines} lines, at most ${allowed}`)
    for (const { title, length } of functionLengths(tree)) {
      const limit = functions.exceptions[`${name} ${title}`] ?? functions.linesMax
      if (length > limit && !name.startsWith('test/'))
        long.push(`${name} ${title} has ${length} lines, at most ${limit}`)
    }
  }
  assert.deepEqual(long, [], 'Split by meaning. The exceptions in test/tidy/ratchet.json may shrink, never grow.')
})

test('the repository names no machine path and no package registry', () => {
  const root = ['/', 'work', '/'].join('')
  const home = ['/', 'root', '/'].join('')
  const registry = ['registry', 'npmjs', 'org'].join('.')
  const maven = ['repo', 'maven', 'apache', 'org'].join('.')
  const found = trackedFiles()
    .filter(path => !/\.(png|vsix|tgz|woff2?)$/.test(path))
    .flatMap(path => {
      const text = readFileSync(`${repositoryRoot}/${path}`, 'utf8')
      return [root, home, registry, maven].filter(word => text.includes(word)).map(word => `${path} names ${word}`)
    })
  assert.deepEqual(found, [])
})

test('every dependency is pinned', () => {
  const loose = ['.', 'client', 'server', 'webview', 'runtime', 'test'].flatMap(folder => {
    const manifest = JSON.parse(readFileSync(`${repositoryRoot}/${folder}/package.json`, 'utf8'))
    return Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
      .filter(([, version]) => !/^\d+\.\d+\.\d+/.test(String(version)))
      .map(([name, version]) => `${folder}: ${name}@${version}`)
  })
  assert.deepEqual(loose, [])
})

function bannedUses(tree: ts.SourceFile): { text: string; line: number }[] {
  const uses: { text: string; line: number }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
      const text = `${node.expression.text}.${node.name.text}`
      if (banned.some(rule => text.startsWith(rule.text)))
        uses.push({ text, line: tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1 })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return uses
}

function functionLengths(tree: ts.SourceFile): { title: string; length: number }[] {
  const found: { title: string; length: number }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body) {
      const line = (position: number): number => tree.getLineAndCharacterOfPosition(position).line
      found.push({ title: functionTitle(node), length: line(node.end) - line(node.getStart(tree)) + 1 })
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function functionTitle(node: ts.SignatureDeclaration): string {
  if (node.name && 'text' in node.name) return String(node.name.text)
  if (ts.isVariableDeclaration(node.parent) && ts.isIdentifier(node.parent.name)) return node.parent.name.text
  return '(anonymous)'
}
