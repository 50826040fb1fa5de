/** The arrows of the house: leaves <- everything. A layer is a folder, or a file that is a leaf. */
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'
import { repositoryRoot } from './files.ts'

/** First match wins; a path that matches none is not checked. */
const layers: readonly (readonly [pattern: RegExp, layer: string])[] = [
  [/^runtime\/src\/protocol\.ts$/, 'leaf'],
  [/^server\/src\/protocol\.ts$/, 'leaf'],
  [/^webview\/src\/(protocol|batchProtocol|page|visible)\.ts$/, 'leaf'],
  [
    /^runtime\/src\/(clock|random|errors|errorTemplate|errorWords|trace|turns|capabilities|ifItDied|account)\.ts$/,
    'leaf',
  ],
  [/^runtime\/src\/semantics\//, 'runtime/semantics'],
  [/^runtime\/src\/clients\/client\.ts$/, 'runtime/port'],
  [/^runtime\/src\/stores\/(store|shared\/checks)\.ts$/, 'runtime/port'],
  [/^runtime\/src\/clients\//, 'runtime/clients'],
  [/^runtime\/src\/stores\//, 'runtime/stores'],
  [/^runtime\/src\/dataset\//, 'runtime/dataset'],
  [/^runtime\/src\/control\/(host|frames|scratchEnd|scratchName)\.ts$/, 'runtime/host'],
  [/^runtime\/src\/control\/plain\//, 'runtime/plain'],
  [/^runtime\/src\/(processor|processing|guarantees|control)/, 'runtime/processor'],
  [/^runtime\/src\/monitor\//, 'runtime/monitor'],
  [/^runtime\/src\/localKafka\//, 'runtime/localKafka'],
  [/^runtime\/src\/testing\//, 'runtime/testing'],
  [/^server\/src\/facts\//, 'server/facts'],
  [/^server\/src\/frontends\//, 'server/frontends'],
  [/^server\/src\/rules\//, 'server/rules'],
  [/^server\/src\/analysis\//, 'server/analysis'],
  [/^server\/src\/features\//, 'server/features'],
  [/^server\/src\/lsp\//, 'server/lsp'],
  [/^webview\/src\//, 'webview'],
  [/^client\/src\//, 'client'],
]

const leaves = ['leaf']
const allowed: Readonly<Record<string, readonly string[]>> = {
  leaf: ['runtime/semantics'],
  'runtime/semantics': [],
  'runtime/port': ['runtime/semantics'],
  'runtime/clients': ['runtime/port', 'runtime/semantics'],
  'runtime/stores': ['runtime/port', 'runtime/semantics'],
  'runtime/dataset': ['runtime/port', 'runtime/semantics'],
  'runtime/host': ['runtime/port'],
  'runtime/plain': [
    'runtime/processor',
    'runtime/host',
    'runtime/port',
    'runtime/semantics',
    'runtime/dataset',
    'runtime/clients',
  ],
  'runtime/processor': ['runtime/port', 'runtime/semantics', 'runtime/dataset', 'runtime/host'],
  'runtime/monitor': ['runtime/port', 'runtime/semantics', 'runtime/clients'],
  'runtime/localKafka': ['runtime/semantics'],
  'runtime/testing': ['runtime/port', 'runtime/semantics', 'runtime/processor', 'runtime/dataset'],
  'server/facts': [],
  'server/frontends': ['server/facts'],
  'server/rules': ['server/facts'],
  'server/analysis': ['server/facts', 'server/frontends', 'server/rules'],
  'server/features': ['server/analysis', 'server/facts'],
  'server/lsp': ['server/features', 'server/analysis', 'server/facts'],
  webview: [],
  client: ['runtime/host', 'runtime/clients', 'runtime/monitor', 'runtime/localKafka', 'runtime/semantics'],
}

export function layerOf(name: string): string | undefined {
  return layers.find(([pattern]) => pattern.test(name))?.[1]
}

export function mayImport(from: string, to: string): boolean {
  return from === to || leaves.includes(to) || (allowed[from]?.includes(to) ?? false)
}

/** Relative imports, and those of our own packages, as absolute paths. */
export function importsOf(tree: ts.SourceFile, path: string): { target: string; line: number }[] {
  return tree.statements.flatMap(statement => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return []
    const specifier = statement.moduleSpecifier
    if (!specifier || !ts.isStringLiteral(specifier)) return []
    const target = resolveOwn(specifier.text, path)
    const line = tree.getLineAndCharacterOfPosition(statement.getStart(tree)).line + 1
    return target ? [{ target, line }] : []
  })
}

function resolveOwn(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('.')) return resolve(dirname(from), specifier)
  const own = /^@tidemark\/(runtime|server|webview|client)(?:\/(.*))?$/.exec(specifier)
  if (!own) return undefined
  const [, folder, inner] = own
  const file =
    inner === undefined
      ? 'index.ts'
      : /^(monitor|localKafka|testing)$/.test(inner)
        ? `${inner}/index.ts`
        : `${inner}.ts`
  return join(repositoryRoot, folder as string, 'src', file)
}
