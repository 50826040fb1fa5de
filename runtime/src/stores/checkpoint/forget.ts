/** Takes groups out of a checkpoint directory for good. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '../../clock.ts'
import { lockFolder } from './lock.ts'
import { readLog } from './log.ts'
import type { LogRecord } from './state.ts'

/** @throws TidemarkError STORE_LOCKED a process has one of them open. */
export async function forgetGroups(directory: string, isMeant: (groupId: string) => boolean): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const folder = join(directory, name)
    const groupId = await groupOf(folder)
    if (groupId === undefined || !isMeant(groupId)) continue
    const lock = await lockFolder(folder, systemClock)
    await lock.release()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** By the log's header: a folder's name may be cut. `undefined` for what is no log of ours. */
async function groupOf(folder: string): Promise<string | undefined> {
  try {
    const [header] = (await readLog({ name: folder, folder })).records as LogRecord[]
    return header?.kind === 'header' ? header.groupId : undefined
  } catch {
    return undefined
  }
}
