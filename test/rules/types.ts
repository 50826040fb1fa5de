/** Type errors of fixed fixtures, by a TypeScript program over the real typings of the libraries they use. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  customConditions: ['source'],
  allowImportingTsExtensions: true,
  experimentalDecorators: true,
  noEmit: true,
  strict: true,
  skipLibCheck: true,
  types: ['node'],
}

export interface Typings {
  readonly overlay?: ReadonlyMap<string, string>
  /** Declaration files of further libraries, by their names. */
  readonly libraries?: Readonly<Record<string, string>>
}

/** Files whose libraries are not installed are left out: there are no typings to hold them against. */
export function typeErrors(files: readonly string[], { overlay = new Map(), libraries = {} }: Typings = {}): string[] {
  const isThere = (path: string): boolean => missingPackages(path).every(name => name in libraries)
  const known = files.filter(path => overlay.has(path) || (/\.[cm]?tsx?$/.test(path) && isThere(path)))
  const host = ts.createCompilerHost(options)
  const read = host.readFile.bind(host)
  const exists = host.fileExists.bind(host)
  host.readFile = path => overlay.get(path) ?? read(path)
  host.fileExists = path => overlay.has(path) || exists(path)
  const original = host.getSourceFile.bind(host)
  host.getSourceFile = (path, version, ...rest) => {
    const text = overlay.get(path)
    return text === undefined ? original(path, version, ...rest) : ts.createSourceFile(path, text, version)
  }
  const paths = Object.fromEntries(Object.entries(libraries).map(([name, file]) => [name, [file]]))
  const program = ts.createProgram({ rootNames: known, options: { ...options, paths }, host })
  const wanted = new Set(known)
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file && wanted.has(file.fileName))
    .map(({ file, start = 0, messageText }) => {
      const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0
      return `${file?.fileName}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
    })
}

function missingPackages(path: string): string[] {
  const names = [...readFileSync(path, 'utf8').matchAll(/from '([^'.][^']*)'/g)].map(match => match[1] as string)
  return names.filter(name => !name.startsWith('node:') && !isInstalled(name, dirname(path)))
}

function isInstalled(name: string, folder: string): boolean {
  const bare = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] as string)
  if (existsSync(join(folder, 'node_modules', bare))) return true
  const parent = dirname(folder)
  return parent !== folder && isInstalled(name, parent)
}
