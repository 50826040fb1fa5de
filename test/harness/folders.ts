/** Folders of a test's own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scope } from './scope.ts'

/** A new empty folder, removed at the test's end. */
export async function tempFolder(t: Scope): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-'))
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}
