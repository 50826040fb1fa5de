/** A workspace in memory. */
import { join } from 'node:path'
import type { FileSystem } from '@tidemark/server/analysis/engine/engine'

export const root = '/workspace'

/** Files in memory, by their path below the root. */
export function memory(files: Record<string, string>): FileSystem & { readonly files: Map<string, string> } {
  const all = new Map(Object.entries(files).map(([name, text]) => [join(root, name), text]))
  const isFolder = (path: string): boolean => [...all.keys()].some(file => file.startsWith(`${path}/`))
  return {
    files: all,
    readFile: path => all.get(path),
    stat: path => {
      const text = all.get(path)
      if (text !== undefined) return { kind: 'file', sizeBytes: text.length, modifiedMs: 0 }
      return isFolder(path) ? { kind: 'directory', sizeBytes: 0, modifiedMs: 0 } : undefined
    },
    readDirectory: folder => {
      const names = new Map<string, 'file' | 'directory'>()
      for (const file of all.keys()) {
        if (!file.startsWith(`${folder}/`)) continue
        const [name, ...rest] = file.slice(folder.length + 1).split('/')
        names.set(name as string, rest.length ? 'directory' : 'file')
      }
      return [...names].map(([name, kind]) => ({ name, kind }))
    },
  }
}
