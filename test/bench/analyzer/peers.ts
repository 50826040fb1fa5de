/** The peers that are no dependency of ours, from npm, pinned, once per user: TypeScript 7 and typescript-eslint. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { testCacheFolder } from '../../harness/folders.ts'

const versions = {
  eslint: '10.15.0',
  'typescript-eslint': '8.73.0',
  typescript: '6.0.3',
  // Beside the other: typescript-eslint works with 6 only.
  'typescript-7': 'npm:typescript@7.0.2',
}
const installTimeoutMs = 300_000

export interface Peers {
  /** Holds `node_modules`. */
  readonly folder: string
  /** TypeScript 7's own executable, started without a launcher in between. */
  readonly typescript7: string
}

/** @throws Error they are not there and could not be installed */
export async function findPeers(): Promise<Peers> {
  const key = Object.values(versions)
    .map(version => version.replace(/^.*@/, ''))
    .join('-')
  const folder = join(testCacheFolder(), `analyzer-peers-${key}`)
  if (!existsSync(folder)) await install(folder)
  const platform = `typescript-${process.platform}-${process.arch}`
  const name = process.platform === 'win32' ? 'tsc.exe' : 'tsc'
  return { folder, typescript7: join(folder, 'node_modules', '@typescript', platform, 'lib', name) }
}

async function install(folder: string): Promise<void> {
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
      `The peers (${names.join(', ')}) could not be installed into ${folder}. Check that npm can reach its registry.`,
      { cause },
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
