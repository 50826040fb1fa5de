/** Folders of a test's own, and the one that outlives the tests. */
import { mkdtemp, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scope } from './scope.ts'

/** A new empty folder, removed at the test's end. */
export async function tempFolder(t: Scope): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-'))
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** The folder in which tests keep what they fetched. Shared by runs and checkouts. */
export function testCacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'tidemark')
}
