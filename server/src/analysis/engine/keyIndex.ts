/** Which files have a key, such as the group of one of their pipelines: asked at every keystroke, so not to be gathered from all of them. */
export class KeyIndex {
  readonly #keys = new Map<string, ReadonlySet<string>>()
  readonly #paths = new Map<string, Set<string>>()

  /** In place of what was known of the file. */
  put(path: string, keys: ReadonlySet<string>): void {
    for (const key of this.keysOf(path)) this.#remove(key, path)
    if (keys.size > 0) this.#keys.set(path, keys)
    else this.#keys.delete(path)
    for (const key of keys) {
      const paths = this.#paths.get(key)
      if (paths) paths.add(path)
      else this.#paths.set(key, new Set([path]))
    }
  }

  keysOf(path: string): ReadonlySet<string> {
    return this.#keys.get(path) ?? none
  }

  /** Files with any of these keys. */
  files(keys: Iterable<string>): ReadonlySet<string> {
    const files = new Set<string>()
    for (const key of keys) for (const path of this.#paths.get(key) ?? []) files.add(path)
    return files
  }

  /** Every file with some key. */
  all(): Iterable<string> {
    return this.#keys.keys()
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0
  }

  clear(): void {
    this.#keys.clear()
    this.#paths.clear()
  }

  #remove(key: string, path: string): void {
    const paths = this.#paths.get(key)
    if (paths?.delete(path) && paths.size === 0) this.#paths.delete(key)
  }
}

const none: ReadonlySet<string> = new Set()
