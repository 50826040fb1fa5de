/** Every change of a cluster passes one gate: nobody who shows a cluster can even name a request that changes one. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename, relative, sep } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'
import { importsOf } from './direction.ts'
import { repositoryRoot, sourceFiles } from './files.ts'

const gate = 'runtime/src/monitor/changes.ts'
/** Whoever shows a cluster, and must not change it but through the gate. */
const viewers = /^(client\/src\/|runtime\/src\/(monitor|commands)\/)/

/**
 * Keys of requests that leave a cluster as it is. What is not listed changes something, so that a request added later
 * is refused here until somebody has thought about it.
 * @see https://kafka.apache.org/protocol#protocol_api_keys
 */
const readingKeys: ReadonlyMap<number, string> = new Map([
  [1, 'Fetch'],
  [2, 'ListOffsets'],
  [3, 'Metadata'],
  [9, 'OffsetFetch'],
  [10, 'FindCoordinator'],
  [15, 'DescribeGroups'],
  [16, 'ListGroups'],
  [18, 'ApiVersions'],
  [32, 'DescribeConfigs'],
  [69, 'ConsumerGroupDescribe'],
  [77, 'ShareGroupDescribe'],
  [89, 'StreamsGroupDescribe'],
  [90, 'DescribeShareGroupOffsets'],
])

const sources = sourceFiles().map(path => ({
  path,
  name: relative(repositoryRoot, path).split(sep).join('/'),
  tree: ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ESNext, true),
}))

test('requests that change a cluster are named by the gate and by clients, by no view', () => {
  const changing = new Set(sources.flatMap(({ name, tree }) => (name.includes('/requests/') ? changers(tree) : [])))
  for (const known of ['createTopics', 'deleteTopics', 'deleteRecords', 'deleteGroups', 'offsetCommit', 'produce'])
    assert.ok(changing.has(known), `${known} is not found among ${[...changing].join(', ')}`)
  const named = sources.flatMap(({ name, tree }) =>
    viewers.test(name) && name !== gate
      ? importedNames(tree)
          .filter(imported => changing.has(imported))
          .map(imported => `${name} imports ${imported}`)
      : [],
  )
  assert.deepEqual(named, [])
})

test('the extension reaches Kafka through the monitor alone', () => {
  const around = sources
    .filter(({ name }) => name.startsWith('client/src/'))
    .flatMap(({ name, path, tree }) => {
      const own = importsOf(tree, path).filter(({ target }) =>
        /runtime\/src\/clients\//.test(target.split(sep).join('/')),
      )
      const libraries = specifiersOf(tree).filter(specifier =>
        /^(kafkajs|@platformatic\/kafka|@confluentinc\/)/.test(specifier),
      )
      return [...own.map(({ target }) => basename(target)), ...libraries].map(what => `${name} imports ${what}`)
    })
  assert.deepEqual(around, [])
})

/** Exported functions of a file that make a request with a key that is not a reading one. */
function changers(tree: ts.SourceFile): string[] {
  return tree.statements.flatMap(statement => {
    if (!ts.isFunctionDeclaration(statement) || !statement.name) return []
    const keys = apiKeysIn(statement, tree)
    return keys.some(key => !readingKeys.has(key)) ? [statement.name.text] : []
  })
}

/** `apiKey: 19`, or a constant of the file. */
function apiKeysIn(node: ts.Node, tree: ts.SourceFile): number[] {
  const keys: number[] = []
  const visit = (inner: ts.Node): void => {
    if (ts.isPropertyAssignment(inner) && inner.name.getText(tree) === 'apiKey') {
      const written = inner.initializer.getText(tree)
      const text = ts.isIdentifier(inner.initializer)
        ? new RegExp(`const ${written} = (\\d+)`).exec(tree.text)?.[1]
        : written
      // What is read from an answer is no key that is sent.
      if (!ts.isCallExpression(inner.initializer)) {
        assert.match(text ?? written, /^\d+$/, `${tree.fileName}: the key ${written} cannot be read here`)
        keys.push(Number(text))
      }
    }
    ts.forEachChild(inner, visit)
  }
  visit(node)
  return keys
}

function importedNames(tree: ts.SourceFile): string[] {
  return tree.statements.flatMap(statement => {
    const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : undefined
    return bindings && ts.isNamedImports(bindings)
      ? bindings.elements.map(element => (element.propertyName ?? element.name).text)
      : []
  })
}

function specifiersOf(tree: ts.SourceFile): string[] {
  return tree.statements.flatMap(statement =>
    ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)
      ? [statement.moduleSpecifier.text]
      : [],
  )
}
