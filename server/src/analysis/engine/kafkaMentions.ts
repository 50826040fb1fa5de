/** Which files may hold pipelines: cheap words in the file or in one it imports. Wrappers never say Kafka to those who use them. */
import type { Linker } from '../linking/linker.ts'
import type { ModuleCache } from './moduleCache.ts'
import { isBarrel, mentionsKafka } from './words.ts'

const knownMax = 100_000

export class KafkaMentions {
  readonly #modules: ModuleCache
  readonly #linker: Linker
  readonly #known = new Map<string, boolean>()

  constructor(modules: ModuleCache, linker: Linker) {
    this.#modules = modules
    this.#linker = linker
  }

  /** @param own - libraries of the team's own consumers */
  mayHoldPipelines(path: string, own: readonly string[]): boolean {
    const module = this.#modules.module(path)
    if (!module) return false
    if (mentionsKafka(module.text, own)) return true
    return module.imports.some(({ specifier }) => {
      const link = this.#linker.resolve(specifier, path)
      return link.kind === 'file' && this.#at(link.path, own)
    })
  }

  forget(path: string): void {
    this.#known.delete(path)
  }

  clear(): void {
    this.#known.clear()
  }

  #at(path: string, own: readonly string[]): boolean {
    let known = this.#known.get(path)
    if (this.#known.size > knownMax) this.#known.clear()
    if (known === undefined) {
      const text = this.#modules.text(path)
      known = text !== undefined && (mentionsKafka(text, own) || isBarrel(text))
      this.#known.set(path, known)
    }
    return known
  }
}
