/** What TypeScript projects start their programs with: the real tsx, ts-node, pnpm and yarn, from npm, once per user. */
import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { testCacheFolder } from './folders.ts'

const packages = ['tsx@4.23.15', 'ts-node@10.9.2', 'typescript@5.9.3', 'pnpm@10.34.9', 'yarn@1.22.22'] as const
const installTimeoutMs = 300_000

/**
 * A folder whose `node_modules` holds them. Installed on first use into the user's cache (about 10 s, 70 MB).
 *
 * @throws {Error} it is not there and npm could not install it.
 */
export async function findLaunchers(): Promise<string> {
  const folder = join(testCacheFolder(), 'launchers-1')
  const isThere = await access(join(folder, 'node_modules')).then(
    () => true,
    () => false,
  )
  if (isThere) return folder
  await mkdir(testCacheFolder(), { recursive: true })
  const work = await mkdtemp(`${folder}.part-`)
  try {
    await writeFile(join(work, 'package.json'), '{"private":true}')
    const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund']
    await promisify(execFile)('npm', ['install', ...options, ...packages], { cwd: work, timeout: installTimeoutMs })
    // Two may install at once: the first rename wins, and the other uses it.
    await rename(work, folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
    })
    return folder
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** A Node of this machine that needs a loader for TypeScript. */
export async function olderNode(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const candidate = join(folder, 'node')
    const version = await versionOf(candidate).catch(() => undefined)
    if (version && Number(version.split('.')[0]) < 22) return candidate
  }
  return undefined
}

/** @param node its path. @returns as `24.21.0` */
export async function versionOf(node: string): Promise<string> {
  return (await promisify(execFile)(node, ['--version'])).stdout.trim().replace(/^v/, '')
}
