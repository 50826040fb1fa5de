/** Packages of a monorepo (npm, yarn, pnpm) by name, found from the manifests upwards of a file; nothing need be installed. */
import { dirname, join } from 'node:path'
import type { FileSystem } from '../engine/fileSystem.ts'

interface Manifest {
  readonly name?: unknown
  readonly workspaces?: unknown
  readonly main?: unknown
  readonly module?: unknown
  readonly source?: unknown
  readonly types?: unknown
  readonly exports?: unknown
}

const packagesMax = 2_000

export class WorkspacePackages {
  readonly #files: FileSystem
  readonly #roots = new Map<string, ReadonlyMap<string, string>>()
  readonly #rootOf = new Map<string, string | null>()

  constructor(files: FileSystem) {
    this.#files = files
  }

  forget(): void {
    this.#roots.clear()
    this.#rootOf.clear()
  }

  /** Paths, best first and without promise that they exist, that `specifier` may mean. */
  find(specifier: string, folder: string): string[] {
    const root = this.#root(folder)
    if (!root) return []
    const parts = specifier.split('/')
    const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] as string)
    const home = this.#packages(root).get(name)
    if (!home) return []
    const inner = specifier.slice(name.length + 1)
    return inner ? innerCandidates(home, inner) : this.#entries(home)
  }

  #entries(home: string): string[] {
    const manifest = this.#manifest(home)
    const exported = exportedPath(manifest?.exports)
    const written = [manifest?.source, exported, manifest?.types, manifest?.module, manifest?.main].filter(
      (path): path is string => typeof path === 'string',
    )
    const sources = written.flatMap(path => [
      join(home, path.replace(/^(?:\.\/)?(?:dist|lib|build|out)\//, 'src/')),
      join(home, path),
    ])
    return [
      ...sources.map(path => path.replace(/\.d\.ts$/, '.ts')),
      join(home, 'src/index'),
      join(home, 'index'),
      join(home, 'src/main'),
    ]
  }

  #root(folder: string): string | undefined {
    const known = this.#rootOf.get(folder)
    if (known !== undefined) return known ?? undefined
    const parent = dirname(folder)
    const root = this.#isRoot(folder) ? folder : parent === folder ? undefined : this.#root(parent)
    this.#rootOf.set(folder, root ?? null)
    return root
  }

  #isRoot(folder: string): boolean {
    if (this.#files.stat(join(folder, 'pnpm-workspace.yaml'))) return true
    return this.#manifest(folder)?.workspaces !== undefined
  }

  #packages(root: string): ReadonlyMap<string, string> {
    const known = this.#roots.get(root)
    if (known) return known
    const found = new Map<string, string>()
    for (const pattern of this.#patterns(root)) {
      for (const home of this.#expand(root, pattern.split('/'))) {
        const name = this.#manifest(home)?.name
        if (typeof name === 'string' && found.size < packagesMax) found.set(name, home)
      }
    }
    this.#roots.set(root, found)
    return found
  }

  #patterns(root: string): string[] {
    const yaml = this.#files.readFile(join(root, 'pnpm-workspace.yaml'))
    if (yaml !== undefined)
      return [...yaml.matchAll(/^\s*-\s*['"]?([^'"#\s!][^'"#\s]*)/gm)].map(match => match[1] as string)
    const { workspaces } = this.#manifest(root) ?? {}
    const list = Array.isArray(workspaces) ? workspaces : (workspaces as { packages?: unknown } | undefined)?.packages
    return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : []
  }

  #expand(folder: string, parts: readonly string[]): string[] {
    const [part, ...rest] = parts
    if (part === undefined || part === '') return [folder]
    if (part === '.') return this.#expand(folder, rest)
    if (!part.includes('*')) return this.#expand(join(folder, part), rest)
    const names = this.#files
      .readDirectory(folder)
      .filter(entry => entry.kind === 'directory' && entry.name !== 'node_modules')
    return names.flatMap(entry => this.#expand(join(folder, entry.name), rest))
  }

  #manifest(folder: string): Manifest | undefined {
    const text = this.#files.readFile(join(folder, 'package.json'))
    if (text === undefined) return undefined
    try {
      return JSON.parse(text) as Manifest
    } catch {
      return undefined
    }
  }
}

function innerCandidates(home: string, inner: string): string[] {
  return [join(home, inner), join(home, 'src', inner), join(home, inner.replace(/^(?:dist|lib|build|out)\//, 'src/'))]
}

/** The path behind `exports["."]`, source condition first. */
function exportedPath(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports
  if (!exports || typeof exports !== 'object') return undefined
  const conditions = exports as Record<string, unknown>
  for (const key of ['.', 'source', 'types', 'import', 'default', 'require']) {
    const path = exportedPath(conditions[key])
    if (path) return path
  }
  return undefined
}
