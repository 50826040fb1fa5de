import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Limit {
  readonly linesMax: number
  /** What is longer today, and how long it may stay at most. */
  readonly exceptions: Readonly<Record<string, number>>
}

export function ratchet(): { readonly files: Limit; readonly functions: Limit } {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'ratchet.json'), 'utf8'))
}
