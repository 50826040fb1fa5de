import { resolve } from 'node:path'

/** A file as it should be, its path relative to the repository's root. */
export interface GeneratedFile {
  readonly path: string
  /** `undefined`: the file should not be there. */
  readonly content: string | undefined
}

export const repositoryRoot = resolve(import.meta.dirname, '../../..')
