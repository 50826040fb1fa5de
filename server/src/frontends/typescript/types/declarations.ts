/** Which declaration files a set of source files needs: the entries of their libraries, and what those are made of, to a bound. */
import { dirname } from 'node:path'
import ts from 'typescript'
import type { TypedFile } from '../../../facts/typeOracle.ts'

/** Most declaration files of one library, and most of a program: the types that are asked for lie near the entry. */
const filesOfLibraryMax = 150
const filesMax = 600
/** A generated client of many megabytes would cost more than all answers are worth. */
const fileCharactersMax = 1_500_000

export class Declarations {
  readonly #options: ts.CompilerOptions
  readonly #resolved = new Map<string, string | undefined>()
  readonly #closures = new Map<string, readonly string[]>()

  constructor(options: ts.CompilerOptions) {
    this.#options = options
  }

  /** Declaration files for all libraries that these files import. */
  around(files: readonly TypedFile[]): readonly string[] {
    const found = new Set<string>()
    for (const { path, libraries } of files) {
      for (const library of libraries) {
        const entry = this.resolve(library, path)
        if (entry === undefined || found.size >= filesMax) continue
        for (const one of this.#closure(entry)) if (found.size < filesMax) found.add(one)
      }
    }
    return [...found]
  }

  /** The declaration file a specifier means; `undefined` where there is none, or where it is too large. */
  resolve(specifier: string, from: string): string | undefined {
    const key = `${dirname(from)}\0${specifier}`
    if (this.#resolved.has(key)) return this.#resolved.get(key)
    if (this.#resolved.size > 20_000) this.#resolved.clear()
    const path = ts.resolveModuleName(specifier, from, this.#options, ts.sys).resolvedModule?.resolvedFileName
    const found = path !== undefined && isDeclaration(path) && isBearable(path) ? path : undefined
    this.#resolved.set(key, found)
    return found
  }

  /** Breadth first, so that a bound leaves out what is farthest. */
  #closure(entry: string): readonly string[] {
    const known = this.#closures.get(entry)
    if (known) return known
    if (this.#closures.size > 500) this.#closures.clear()
    const found = new Set([entry])
    for (const path of found) {
      const text = ts.sys.readFile(path)
      if (text === undefined) continue
      for (const { fileName } of ts.preProcessFile(text, true, false).importedFiles) {
        const next = this.resolve(fileName, path)
        if (next !== undefined && found.size < filesOfLibraryMax) found.add(next)
      }
    }
    const closure = [...found]
    this.#closures.set(entry, closure)
    return closure
  }
}

function isDeclaration(path: string): boolean {
  return /\.d\.[cm]?ts$/.test(path)
}

function isBearable(path: string): boolean {
  return (ts.sys.getFileSize?.(path) ?? 0) <= fileCharactersMax
}
