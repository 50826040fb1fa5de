/** Which file a specifier means: relative paths, tsconfig paths, packages of the workspace. Everything else is a library or missing. */
import { dirname, join, resolve } from 'node:path'
import { createPathsMatcher, getTsconfig } from 'get-tsconfig'
import { isKnownLibrary } from '../../facts/libraries/types.ts'
import type { FileSystem } from '../engine/fileSystem.ts'
import { WorkspacePackages } from './workspacePackages.ts'

export type Link =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'library'; readonly name: string }
  /** Of this project by its form, but there is no such file. */
  | { readonly kind: 'missing' }

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts']
/** `import '../a.js'` in TypeScript means `a.ts`. */
const writtenFor: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
}

export class Linker {
  readonly #files: FileSystem
  readonly #links = new Map<string, Link>()
  readonly #matchers = new Map<string, ((specifier: string) => string[]) | null>()
  readonly #packages: WorkspacePackages

  constructor(files: FileSystem) {
    this.#files = files
    this.#packages = new WorkspacePackages(files)
  }

  resolve(specifier: string, from: string): Link {
    const folder = dirname(from)
    const key = `${folder}\0${specifier}`
    let link = this.#links.get(key)
    if (!link) {
      // Invariant: bounded. Forgetting all is cheap: each entry is some file checks.
      if (this.#links.size > 50_000) this.#links.clear()
      link = this.#resolve(specifier, folder)
      this.#links.set(key, link)
    }
    return link
  }

  /** Files came or went: what was missing may be there now. */
  forget(): void {
    this.#links.clear()
    this.#matchers.clear()
    this.#packages.forget()
  }

  #resolve(specifier: string, folder: string): Link {
    if (specifier.startsWith('.') || specifier.startsWith('/')) {
      const path = this.#file(resolve(folder, specifier))
      return path ? { kind: 'file', path } : { kind: 'missing' }
    }
    if (specifier.startsWith('node:') || isKnownLibrary(specifier)) return { kind: 'library', name: specifier }
    for (const candidate of this.#mapped(specifier, folder)) {
      const path = this.#file(candidate)
      if (path) return { kind: 'file', path }
    }
    const source = this.#packages.find(specifier, folder)
    for (const candidate of source) {
      const path = this.#file(candidate)
      if (path) return { kind: 'file', path }
    }
    return /^(?:src|app|lib|apps|libs)\/|^[@~#]\/|^#/.test(specifier)
      ? { kind: 'missing' }
      : { kind: 'library', name: specifier }
  }

  #mapped(specifier: string, folder: string): string[] {
    let matcher = this.#matchers.get(folder)
    if (matcher === undefined) {
      matcher = readMatcher(folder)
      this.#matchers.set(folder, matcher)
    }
    return matcher?.(specifier) ?? []
  }

  /** The file a path without, or with the other, extension means; a folder means its index. */
  #file(path: string): string | undefined {
    const extension = extensions.find(ending => path.endsWith(ending))
    const direct = extension
      ? [path, ...(writtenFor[extension] ?? []).map(ending => path.slice(0, -extension.length) + ending)]
      : []
    const candidates = [...direct, ...extensions.map(ending => path + ending)]
    return (
      candidates.find(candidate => this.#isFile(candidate)) ??
      (this.#files.stat(path)?.kind === 'directory'
        ? extensions.map(ending => join(path, `index${ending}`)).find(candidate => this.#isFile(candidate))
        : undefined)
    )
  }

  #isFile(path: string): boolean {
    return this.#files.stat(path)?.kind === 'file'
  }
}

function readMatcher(folder: string): ((specifier: string) => string[]) | null {
  try {
    const config = getTsconfig(folder)
    return config ? createPathsMatcher(config) : null
  } catch {
    // A broken tsconfig is the compiler's to report: without it, paths are simply not mapped.
    return null
  }
}
