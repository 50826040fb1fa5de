/** Which process is meant: a number is not enough, since the system gives it to another program once the first has ended. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A process that can be recognised later. `startedAt` is opaque: equal exactly for the same process on the same boot. */
export interface ProcessIdentity {
  readonly pid: number
  readonly startedAt: string
}

/** Identity of a process that is running now; `undefined` where there is none. */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  const startedAt = await startTimeOf(pid)
  return startedAt === undefined ? undefined : { pid, startedAt }
}

/** Whether exactly this process still runs: another one that got its number does not count, nor does one that only waits to be reaped. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await startTimeOf(identity.pid)) === identity.startedAt
}

/**
 * Sends a signal to exactly this process.
 * @returns false where it is not running any more; then nothing was sent.
 */
export async function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<boolean> {
  if (!(await isRunning(identity))) return false
  try {
    process.kill(identity.pid, signal)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

async function startTimeOf(pid: number): Promise<string | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  try {
    if (process.platform === 'linux') return await linuxStartTime(pid)
    if (process.platform === 'win32') return await windowsStartTime(pid)
    return await posixStartTime(pid)
  } catch {
    return undefined
  }
}

/** proc(5): field 22 is the start time in clock ticks since boot, field 3 the state; the name in field 2 may hold spaces and brackets. */
async function linuxStartTime(pid: number): Promise<string | undefined> {
  const [stat, boot] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
  ])
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  if (fields[0] === 'Z' || fields[0] === 'X') return undefined
  return `${boot.trim()}:${fields[19]}`
}

async function posixStartTime(pid: number): Promise<string | undefined> {
  const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    env: { ...process.env, LC_ALL: 'C' },
  })
  const text = stdout.trim()
  return text === '' || text.startsWith('Z') ? undefined : text.replace(/^\S+\s+/, '')
}

async function windowsStartTime(pid: number): Promise<string | undefined> {
  const script = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`
  const { stdout } = await run('powershell', ['-NoProfile', '-NonInteractive', '-Command', script])
  return stdout.trim() || undefined
}
