/** Packages that are no dependency of ours: from npm, pinned, once per user, and no script of theirs is run. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { testCacheFolder } from './folders.ts'

const installTimeoutMs = 300_000

/**
 * @returns the folder that holds their `node_modules`
 * @throws Error they are not there and could not be installed
 */
export async function cachedPackages(name: string, versions: Readonly<Record<string, string>>): Promise<string> {
  const key = Object.values(versions)
    .map(version => version.replace(/^.*@/, ''))
    .join('-')
  const folder = join(testCacheFolder(), `${name}-${key}`)
  if (!existsSync(folder)) await install(folder, versions)
  return folder
}

async function install(folder: string, versions: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(testCacheFolder(), { recursive: true })
  const work = await mkdtemp(`${folder}.part-`)
  try {
    await writeFile(join(work, 'package.json'), JSON.stringify({ private: true, dependencies: versions }))
    await promisify(execFile)('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: work,
      timeout: installTimeoutMs,
    })
    await rename(work, folder)
  } catch (cause) {
    // Two may install at once: the first rename wins.
    if (existsSync(folder)) return
    const names = Object.entries(versions).map(([name, version]) => `${name}@${version}`)
    throw new Error(
      `${names.join(', ')} could not be installed into ${folder}. Check that npm can reach its registry.`,
      { cause },
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
