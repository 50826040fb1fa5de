/** One headless Chromium for every test that looks at a page: an installed one, else one fetched once into the user's cache. */
import { execFile, execFileSync } from 'node:child_process'
import { constants, createReadStream, createWriteStream } from 'node:fs'
import { access, chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { TestContext } from 'node:test'
import { promisify } from 'node:util'
import { createBrotliDecompress } from 'node:zlib'
import { type Browser, chromium } from 'playwright-core'
import { testCacheFolder } from './folders.ts'

const packageName = '@sparticuz/chromium'
const packageVersion = '147.0.2'
const installTimeoutMs = 180_000

/** Names under which distributions install Chromium or Chrome, best first. */
const installedNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** Flags that a Chromium needs as root, in a container and without a network. */
export const browserFlags: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--force-color-profile=srgb',
  '--font-render-hinting=none',
]

export interface BrowserExecutable {
  readonly path: string
  /** Variables the process needs beside ours: where its libraries lie, if the system lacks them. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * Launches a headless Chromium that ends with the test.
 *
 * @example
 * const browser = await useBrowser(t)
 * const page = await browser.newPage()
 */
export async function useBrowser(t: Pick<TestContext, 'after'>): Promise<Browser> {
  const browser = await launchBrowser()
  t.after(() => browser.close())
  return browser
}

/** As {@link useBrowser}, for suites and commands that close it themselves. */
export async function launchBrowser(): Promise<Browser> {
  const executable = await findBrowser()
  return chromium.launch({
    executablePath: executable.path,
    args: [...browserFlags],
    headless: true,
    env: { ...definedVariables(), ...executable.env },
  })
}

/**
 * The browser to use: `TIDEMARK_TEST_BROWSER` (a path), one on PATH, else {@link packageName} unpacked into the user's cache.
 *
 * @throws {Error} nothing found and nothing could be installed; the message says what to do.
 */
export async function findBrowser(): Promise<BrowserExecutable> {
  const named = process.env.TIDEMARK_TEST_BROWSER
  if (named) return { path: named, env: {} }
  return (await findOnPath()) ?? (await unpackedBrowser())
}

async function findOnPath(): Promise<BrowserExecutable | undefined> {
  for (const name of installedNames)
    for (const folder of (process.env.PATH ?? '').split(delimiter)) {
      const path = join(folder, name)
      if (folder !== '' && (await isExecutable(path))) return { path, env: {} }
    }
  return undefined
}

async function unpackedBrowser(): Promise<BrowserExecutable> {
  const folder = join(testCacheFolder(), `chromium-${packageVersion}`)
  const path = join(folder, 'chromium')
  if (!(await isExecutable(path))) await install(folder)
  return { path, env: systemHasLibraries() ? {} : { LD_LIBRARY_PATH: join(folder, 'lib') } }
}

/**
 * Two test files may come here at once: each unpacks into a folder of its own and renames it into place; the second
 * finds the place taken and uses what is there.
 */
async function install(folder: string): Promise<void> {
  await mkdir(testCacheFolder(), { recursive: true })
  const work = await mkdtemp(`${folder}.part-`)
  try {
    await writeFile(join(work, 'package.json'), '{"private":true}')
    const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-save', `${packageName}@${packageVersion}`]
    await promisify(execFile)('npm', ['install', ...options], { cwd: work, timeout: installTimeoutMs })
    const bin = join(work, 'node_modules', ...packageName.split('/'), 'bin')
    await decompress(join(bin, 'chromium.br'), join(work, 'chromium'))
    await chmod(join(work, 'chromium'), 0o755)
    await unpackLibraries(join(bin, 'al2023.tar.br'), work)
    await rm(join(work, 'node_modules'), { recursive: true })
    await rename(work, folder).catch(ignoreTaken)
  } catch (cause) {
    throw new Error(
      `No Chromium on PATH, and ${packageName}@${packageVersion} could not be installed into ${folder}. Install Chromium (Debian: apt-get install chromium) or name one by TIDEMARK_TEST_BROWSER.`,
      { cause },
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Amazon's builds of the NSS libraries, for machines without `libnss3`. */
async function unpackLibraries(archive: string, work: string): Promise<void> {
  const tar = join(work, 'libraries.tar')
  await decompress(archive, tar)
  await promisify(execFile)('tar', ['-xf', tar, '-C', work])
  await rename(join(work, 'al2023', 'lib'), join(work, 'lib')).catch(ignoreMissing)
  await rm(tar)
}

async function decompress(from: string, to: string): Promise<void> {
  await pipeline(createReadStream(from), createBrotliDecompress(), createWriteStream(to))
}

function systemHasLibraries(): boolean {
  try {
    return execFileSync('ldconfig', ['-p'], { encoding: 'utf8' }).includes('libnss3.so')
  } catch {
    return false
  }
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

function ignoreTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

function definedVariables(): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) if (value !== undefined) variables[name] = value
  return variables
}
