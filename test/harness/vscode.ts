/**
 * A real VS Code: the desktop one where it can be had, else the server edition in a headless browser.
 *
 * @example await runExtensionTests({ workspace: 'runtime/samples', testsPath: 'test/extension/index.ts', theme: 'dark' })
 */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron'
import { chromium, type Page } from 'playwright-core'
import { driverFolderVariable, logPrefix } from '../extension/variables.ts'
import { launchBrowser } from './browser.ts'
import { bundleExtensionTests } from './bundle.ts'
import { serveDriver } from './vscodeDriver.ts'
import { startServer, type VsCodeServer } from './vscodeServer.ts'

const root = resolve(import.meta.dirname, '../..')
const desktopVersion = '1.120.0'
const runTimeoutMs = 600_000

export type Theme = 'dark' | 'light' | 'high contrast'

const themeNames: Readonly<Record<Theme, string>> = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high contrast': 'Default High Contrast',
}

export interface ExtensionTestRun {
  /** Folder that the window opens. */
  readonly workspace: string
  /** TypeScript entry with `export async function run()`. Bundled before it is loaded. */
  readonly testsPath: string
  readonly theme: Theme
  readonly settings?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  readonly isWorkspaceTrustOn?: boolean
  /** What the tests print, line by line. */
  readonly onLog?: (line: string) => void
}

export interface ExtensionTestReport {
  readonly passed: number
  readonly failed: number
  /** Names of those that passed. */
  readonly names: readonly string[]
  /** Name and message of each failed test. */
  readonly failures: readonly { readonly name: string; readonly message: string }[]
  /** Which VS Code ran them. */
  readonly editor: 'desktop' | 'server'
}

/** Runs the tests inside VS Code. A VS Code that dies, hangs or reports nothing is one failed test, never silence. */
export async function runExtensionTests(options: ExtensionTestRun): Promise<ExtensionTestReport> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-vscode-'))
  const run: PreparedRun = {
    ...options,
    folder,
    bundle: join(folder, 'tests', 'index.cjs'),
    env: { ...options.env, [driverFolderVariable]: join(folder, 'driver') },
    settings: { ...options.settings, 'workbench.colorTheme': themeNames[options.theme] },
  }
  try {
    await mkdir(join(folder, 'driver'))
    await bundleExtensionTests(resolve(options.testsPath), run.bundle)
    const desktop = await desktopVsCode()
    const ended = desktop ? await runOnDesktop(run, desktop) : await runOnServer(run)
    return await reportOf(run, desktop ? 'desktop' : 'server', ended)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

interface PreparedRun extends ExtensionTestRun {
  readonly folder: string
  readonly bundle: string
  readonly env: Readonly<Record<string, string>>
}

/** A desktop VS Code, if this machine has a display and one can be fetched. */
async function desktopVsCode(): Promise<string | undefined> {
  const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
  if (!hasDisplay || process.env.TIDEMARK_TEST_EDITOR === 'server') return undefined
  return downloadAndUnzipVSCode({ version: desktopVersion }).catch(() => undefined)
}

async function runOnDesktop(run: PreparedRun, executable: string): Promise<string> {
  const debugPort = 20_000 + (process.pid % 20_000)
  const tests = runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: root,
    extensionTestsPath: run.bundle,
    extensionTestsEnv: { ...run.env },
    launchArgs: [
      run.workspace,
      `--remote-debugging-port=${debugPort}`,
      `--user-data-dir=${join(run.folder, 'user')}`,
      ...(run.isWorkspaceTrustOn ? [] : ['--disable-workspace-trust']),
    ],
  })
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${debugPort}`)
  const page = browser.contexts()[0]?.pages()[0]
  const driver = page && serveDriver(page, join(run.folder, 'driver'))
  const code = await tests.catch((error: unknown) => String(error))
  await driver?.close()
  return `VS Code ended with ${code}`
}

async function runOnServer(run: PreparedRun): Promise<string> {
  const server = await startServer({
    dataFolder: join(run.folder, 'server'),
    port: 0,
    settings: run.settings ?? {},
    env: run.env,
    isWorkspaceTrustOn: run.isWorkspaceTrustOn ?? false,
  })
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })
    const driver = serveDriver(page, join(run.folder, 'driver'))
    const code = await untilTestsExit(page, server, run)
    await driver.close()
    return `${code === 0 ? '' : `VS Code ended with ${code}.\n`}${server.output().slice(-4_000)}`
  } finally {
    await browser.close()
    await server.close()
  }
}

async function untilTestsExit(page: Page, server: VsCodeServer, run: PreparedRun): Promise<number> {
  let timer: NodeJS.Timeout | undefined
  const exit = new Promise<number>((done, failed) => {
    void page.exposeFunction('codeAutomationExit', (code: number) => done(code))
    void page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
      const line = args.map(String).join(' ')
      if (line.startsWith(logPrefix)) run.onLog?.(line.slice(logPrefix.length))
    })
    page.on('pageerror', error => run.onLog?.(`the page threw: ${error.stack ?? error.message}`))
    page.once('crash', () => failed(new Error("VS Code's page crashed")))
    timer = setTimeout(() => done(-1), runTimeoutMs)
  })
  await page.goto(server.url({ folder: run.workspace, extensionFolder: root, testsPath: run.bundle }))
  return exit.finally(() => clearTimeout(timer))
}

async function reportOf(run: PreparedRun, editor: 'desktop' | 'server', ended: string): Promise<ExtensionTestReport> {
  const text = await readFile(join(run.folder, 'driver', 'report.json'), 'utf8').catch(() => undefined)
  if (text === undefined)
    return {
      editor,
      passed: 0,
      failed: 1,
      names: [],
      failures: [{ name: 'the tests inside VS Code reported', message: ended }],
    }
  return { editor, ...JSON.parse(text) }
}

export interface OpenEditor {
  /** Where to open it, when it is a page; `undefined` when a window has opened. */
  readonly url: string | undefined
  close(): Promise<void>
}

/**
 * Opens VS Code for a person: the installed desktop one, the one test-electron fetches, or the server edition under a URL.
 * It ends with `close`, and nothing of it stays but its settings in `dataFolder`.
 */
export async function openVsCode(options: {
  readonly workspace: string
  readonly files?: readonly string[]
  readonly dataFolder: string
  readonly port?: number
  readonly env?: Readonly<Record<string, string>>
}): Promise<OpenEditor> {
  const { workspace, dataFolder, env = {}, files = [] } = options
  const desktop = await desktopVsCode()
  if (desktop) {
    const args = [`--extensionDevelopmentPath=${root}`, `--user-data-dir=${dataFolder}`, '--disable-workspace-trust']
    const child = spawn(desktop, [...args, workspace, ...files], { env: { ...process.env, ...env }, stdio: 'ignore' })
    return { url: undefined, close: async () => void child.kill() }
  }
  const server = await startServer({ dataFolder, port: options.port ?? 0, settings: {}, env })
  return { url: server.url({ folder: workspace, extensionFolder: root, file: files[0] }), close: () => server.close() }
}
