/** The index of names, kept true by what an editor, the disk and the walk through a folder say. */
import { join, sep } from 'node:path'
import type { DiscoverOptions } from './contract.ts'
import type { ModuleCache } from './moduleCache.ts'
import { NameIndex, type NameKind, nameKey } from './nameIndex.ts'
import { hasFrontend } from './words.ts'

export interface Walk {
  /** A file is there, with this text on the disk. */
  readonly seen: (path: string, text: string) => void
  /** All that belong to the folder were seen, unless it was broken off. */
  readonly end: () => void
}

export class WorkspaceNames {
  readonly #index = new NameIndex()
  readonly #modules: ModuleCache
  /** By folder that was looked through: whether a file belongs to it. */
  readonly #belonging = new Map<string, (path: string) => boolean>()
  readonly #outdated: (asker: string) => void

  /** @param outdated - told whose analysis asked for a name that came or went */
  constructor(modules: ModuleCache, outdated: (asker: string) => void) {
    this.#modules = modules
    this.#outdated = outdated
  }

  edited(path: string, text: string): void {
    if (hasFrontend(path)) this.#note(path, text)
  }

  /** A file that is asked for by itself, before anything was looked through. */
  first(path: string, text: string): void {
    if (!this.#index.has(path)) this.#note(path, text)
  }

  /** The disk has changed; where an editor holds the file, its text still counts. */
  readAgain(path: string): void {
    if (this.#modules.isOpen(path) || !hasFrontend(path)) return
    const belongs = [...this.#belonging].every(([root, has]) => !isBelow(root, path) || has(path))
    this.#note(path, belongs ? this.#modules.text(path) : undefined)
  }

  /** The file is there, with this text on the disk. */
  seen(path: string, text: string | undefined): void {
    if (!this.#modules.isOpen(path)) this.#note(path, text)
  }

  walk(root: string, { has, signal }: DiscoverOptions): Walk {
    const seen = new Set<string>()
    return {
      seen: (path, text) => {
        this.seen(path, text)
        if (this.#index.has(path)) seen.add(path)
      },
      end: () => {
        // Who does not say what belongs to the folder may have shown a part of it.
        if (!has || signal?.aborted) return
        this.#belonging.set(root, has)
        const gone = [...this.#index.paths()].filter(path => isBelow(root, path) && !seen.has(path))
        for (const path of gone) if (!this.#modules.isOpen(path)) this.#note(path, undefined)
      },
    }
  }

  /** @param asked - filled with what an analysis asks */
  files(kind: NameKind, name: string, asked: Set<string>): readonly string[] {
    asked.add(nameKey(kind, name))
    return this.#index.files(kind, name)
  }

  ask(asker: string, asked: ReadonlySet<string>): void {
    this.#index.ask(asker, asked)
  }

  /** An analysis depends on some name. */
  get isAsked(): boolean {
    return this.#index.isAsked
  }

  askersAround(path: string): ReadonlySet<string> {
    return this.#index.askersAround(path)
  }

  #note(path: string, text: string | undefined): void {
    for (const asker of this.#index.note(path, text)) this.#outdated(asker)
  }
}

function isBelow(folder: string, path: string): boolean {
  return path.startsWith(join(folder, sep))
}
