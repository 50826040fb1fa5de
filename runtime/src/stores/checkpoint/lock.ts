/**
 * One process a checkpoint. The kernel holds the lock (through SQLite, the one door Node has to file locks), so that it ends with
 * its process however that ends: there is no stale lock to guess about, no process id that meanwhile belongs to somebody else.
 *
 * A file beside it says who holds it, for people: process, when it started, on which host. It is removed when the lock is given
 * back, so finding it means that its owner died.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../clock.ts'
import { TidemarkError } from '../../errors.ts'
import { isBusy } from '../sqlite/failure.ts'

export interface CheckpointLock {
  /** Who held it before and died without giving it back; `undefined` after an orderly end. */
  readonly deadOwner: LockOwner | undefined
  release(): Promise<void>
}

export interface LockOwner {
  readonly pid: number
  readonly host: string
  readonly sinceMs: number
}

/** @throws TidemarkError STORE_LOCKED another opener, in this process or another, holds it. */
export async function lockFolder(folder: string, clock: Clock): Promise<CheckpointLock> {
  await mkdir(folder, { recursive: true })
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(join(folder, 'lock'))
  const ownerFile = join(folder, 'owner.json')
  try {
    database.exec('begin exclusive')
    const deadOwner = await readOwner(ownerFile)
    const owner: LockOwner = { pid: process.pid, host: hostname(), sinceMs: clock.nowMs() }
    await writeFile(ownerFile, JSON.stringify(owner))
    return {
      deadOwner,
      async release() {
        await rm(ownerFile, { force: true })
        database.close()
      },
    }
  } catch (error) {
    database.close()
    if (!isBusy(error)) throw error
    throw new TidemarkError('STORE_LOCKED', { path: folder, pid: (await readOwner(ownerFile))?.pid }, { cause: error })
  }
}

async function readOwner(file: string): Promise<LockOwner | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as LockOwner
  } catch {
    // Nobody, or half a file of somebody killed while writing it. It is for messages only.
    return undefined
  }
}
