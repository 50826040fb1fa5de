import type { RootAnalysis } from './analyzeFile.ts'

/** Which files hold pipelines of a group: asked twice for every keystroke, so that it is not to be gathered from all of them. */
export class GroupIndex {
  readonly #paths = new Map<string, Set<string>>()
  readonly #groups = new Map<string, readonly string[]>()

  /** In place of what was known of the file. */
  put(path: string, groups: readonly string[]): void {
    for (const group of this.#groups.get(path) ?? []) this.#remove(group, path)
    if (groups.length === 0) this.#groups.delete(path)
    else this.#groups.set(path, groups)
    for (const group of groups) {
      const paths = this.#paths.get(group)
      if (paths) paths.add(path)
      else this.#paths.set(group, new Set([path]))
    }
  }

  /** Files with pipelines of any of these groups. */
  files(groups: Iterable<string>): ReadonlySet<string> {
    const files = new Set<string>()
    for (const group of groups) for (const path of this.#paths.get(group) ?? []) files.add(path)
    return files
  }

  clear(): void {
    this.#paths.clear()
    this.#groups.clear()
  }

  #remove(group: string, path: string): void {
    const paths = this.#paths.get(group)
    if (paths?.delete(path) && paths.size === 0) this.#paths.delete(group)
  }
}

/** Of its pipelines, as far as they are known. */
export function groupsOf({ summaries }: Pick<RootAnalysis, 'summaries'>): string[] {
  return summaries.flatMap(({ groupId }) => groupId ?? [])
}
