/** Which test files belong to which suite: the name's ending decides. */
import { readdirSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'

export const repositoryRoot = resolve(import.meta.dirname, '../../..')

export type Suite = 'fast' | 'slow' | 'kafka' | 'ui'

const timeoutMs: Readonly<Record<Suite, number>> = { fast: 120_000, slow: 600_000, kafka: 900_000, ui: 600_000 }

export const suiteTimeoutMs = (suite: Suite): number => timeoutMs[suite]

/** Test files of a suite whose path holds one of `filters` (all without filters), in a stable order. */
export function filesOf(suite: Suite, filters: readonly string[]): string[] {
  const test = join(repositoryRoot, 'test')
  return readdirSync(test, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map(entry => relative(repositoryRoot, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter(path => !/\/(extension|dist|node_modules|fixtures)\//.test(path))
    .filter(path => suiteOf(path) === suite && matches(path, filters))
    .sort()
}

export function suiteOf(path: string): Suite {
  if (path.endsWith('.kafka.test.ts')) return 'kafka'
  if (path.endsWith('.slow.test.ts')) return 'slow'
  return path.endsWith('.ui.test.ts') ? 'ui' : 'fast'
}

export function matches(path: string, filters: readonly string[]): boolean {
  return filters.length === 0 || filters.some(filter => path.includes(filter))
}
