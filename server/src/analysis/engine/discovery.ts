/** Which files of a workspace may hold pipelines: those that name Kafka, and those that import one that does. */
import { basename, join } from 'node:path'
import type { Linker } from '../linking/linker.ts'
import type { DiscoverOptions } from './contract.ts'
import type { FileSystem } from './fileSystem.ts'
import { hasFrontend, mentionsKafka } from './words.ts'

/** Never looked into. */
const skipped = new Set([
  'node_modules',
  '.git',
  'dist',
  'build',
  'out',
  'coverage',
  '.next',
  '.turbo',
  '.cache',
  'vendor',
])
const filesMax = 100_000
/** Larger ones are not read at all; the engine's own limit may be lower. */
const fileBytesMax = 4_000_000
/** Files between two breaths of the event loop: a message of the editor waits for several such turns. */
export const filesPerTurn = 8
const importPattern = /(?:from\s*|require\(\s*|import\(\s*|import\s+)['"]([^'"\n]{1,200})['"]/g

/** @param seen - told of every file and its text on the disk */
export async function discoverFiles(
  files: FileSystem,
  linker: Linker,
  root: string,
  options: DiscoverOptions,
  ownLibraries: readonly string[],
  seen: (path: string, text: string) => void,
): Promise<readonly string[]> {
  const naming = new Set<string>()
  const others: { path: string; specifiers: string[] }[] = []
  let count = 0
  for (const path of options.files ?? walk(files, root)) {
    if (options.signal?.aborted || count >= filesMax) break
    if (count++ % filesPerTurn === 0) await breath()
    if (!hasFrontend(path)) continue
    const size = files.stat(path)?.sizeBytes ?? 0
    const text = size > fileBytesMax ? undefined : files.readFile(path)
    if (text === undefined) continue
    seen(path, text)
    if (mentionsKafka(text, ownLibraries)) naming.add(path)
    else others.push({ path, specifiers: [...text.matchAll(importPattern)].map(match => match[1] as string) })
  }
  return [...naming, ...(await importers(naming, others, linker, options))]
}

/** Files that import one of these; names are compared before anything is resolved. */
async function importers(
  naming: ReadonlySet<string>,
  others: readonly { path: string; specifiers: string[] }[],
  linker: Linker,
  options: DiscoverOptions,
): Promise<string[]> {
  const names = new Set<string>()
  for (const path of naming) {
    const name = basename(path).replace(/\.[cm]?[jt]sx?$/, '')
    names.add(name === 'index' ? basename(join(path, '..')) : name)
  }
  const found: string[] = []
  let count = 0
  for (const { path, specifiers } of others) {
    if (options.signal?.aborted) break
    if (count++ % filesPerTurn === 0) await breath()
    const may = specifiers.filter(
      specifier =>
        names.has(basename(specifier).replace(/\.[cm]?[jt]sx?$/, '')) ||
        /^[.@~#/].*(?:index)?$/.test(basename(specifier)),
    )
    if (may.some(specifier => isOneOf(naming, linker, specifier, path))) found.push(path)
  }
  return found
}

function isOneOf(naming: ReadonlySet<string>, linker: Linker, specifier: string, from: string): boolean {
  const link = linker.resolve(specifier, from)
  return link.kind === 'file' && naming.has(link.path)
}

function* walk(files: FileSystem, folder: string): Generator<string> {
  for (const entry of files.readDirectory(folder)) {
    const path = join(folder, entry.name)
    // Links are left out: what they lead to is either below the root anyway or not ours, and loops end here.
    if (entry.kind === 'directory' && !skipped.has(entry.name)) yield* walk(files, path)
    else if (entry.kind === 'file') yield path
  }
}

export function breath(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
