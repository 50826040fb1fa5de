/** One running server edition of VS Code, on a folder of its own, and the address under which a browser opens it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { findServerEdition } from './vscodeInstall.ts'

const readyTimeoutMs = 30_000
const stopTimeoutMs = 5_000

export interface ServerOptions {
  /** Holds settings, state and logs. Made if missing; the caller removes it. */
  readonly dataFolder: string
  /** 0: any free port. */
  readonly port: number
  readonly settings: Readonly<Record<string, unknown>>
  /** Added to the environment of the server, and so of the extension host. */
  readonly env?: Readonly<Record<string, string>>
  readonly isWorkspaceTrustOn?: boolean
}

export interface VsCodeServer {
  readonly port: number
  /** Address of a window on `folder` with `extensionFolder` loaded as an extension under development. */
  url(window: {
    readonly folder: string
    readonly extensionFolder?: string
    readonly testsPath?: string
    /** Opened in an editor. */
    readonly file?: string | undefined
  }): string
  /** What the server printed so far, for the message of a failure. */
  output(): string
  close(): Promise<void>
}

/** Starts the server and waits until it says where it listens. */
export async function startServer(options: ServerOptions): Promise<VsCodeServer> {
  const { dataFolder, port, settings } = options
  await mkdir(join(dataFolder, 'data', 'User'), { recursive: true })
  await writeFile(join(dataFolder, 'data', 'User', 'settings.json'), JSON.stringify({ ...quiet, ...settings }, null, 2))
  const args = [
    ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token', '--accept-server-license-terms'],
    ...['--enable-smoke-test-driver', '--disable-telemetry', '--server-data-dir', dataFolder],
    ...(options.isWorkspaceTrustOn ? [] : ['--disable-workspace-trust']),
  ]
  const child = spawn(node24(), [await findServerEdition(), ...args], {
    env: { ...serverEnvironment(), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: its extension hosts and debuggees end with it.
    detached: process.platform !== 'win32',
  })
  let output = ''
  const listening = new Promise<number>((done, failed) => {
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-64_000)
      const found = /Extension host agent listening on (\d+)/.exec(output)
      if (found) done(Number(found[1]))
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('error', failed)
    child.once('exit', code => failed(new Error(`VS Code's server ended with ${code}:\n${output}`)))
  })
  const boundPort = await withDeadline(listening, readyTimeoutMs, () => `VS Code's server is not ready:\n${output}`)
  return {
    port: boundPort,
    url: window => windowUrl(boundPort, window),
    output: () => output,
    close: () => endGroup(child),
  }
}

/** Settings under which nothing blinks, asks, updates or phones home. */
const quiet: Readonly<Record<string, unknown>> = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.banner': 'never',
}

function windowUrl(port: number, window: Parameters<VsCodeServer['url']>[0]): string {
  const remote = (path: string): string => `vscode-remote://127.0.0.1:${port}${path}`
  const payload: [string, string][] = [['skipWelcome', 'true']]
  if (window.extensionFolder) payload.push(['extensionDevelopmentPath', remote(window.extensionFolder)])
  if (window.file) payload.push(['openFile', remote(window.file)])
  if (window.testsPath) payload.push(['extensionTestsPath', remote(window.testsPath)], ['enableProposedApi', ''])
  return `http://127.0.0.1:${port}/?folder=${encodeURIComponent(window.folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`
}

/** The server needs Node 24: the one we run on, else the repository's own. */
export function node24(): string {
  if (Number(process.versions.node.split('.')[0]) === 24) return process.execPath
  return join(dirname(createRequire(import.meta.url).resolve('node/package.json')), 'bin', 'node')
}

/** Ours, less what another VS Code may have set. The repository's Node 24 comes first on the PATH of what runs inside. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {}
  for (const [name, value] of Object.entries(process.env))
    if (!/^(VSCODE_|CODE_SERVER_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|ELECTRON_)/.test(name)) env[name] = value
  env.PATH = `${dirname(node24())}:${env.PATH ?? ''}`
  return env
}

async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise<void>(done => child.once('exit', () => done()))
  const signal = (name: NodeJS.Signals): void => {
    try {
      process.kill(process.platform === 'win32' ? child.pid! : -child.pid!, name)
    } catch {
      // Already gone.
    }
  }
  signal('SIGTERM')
  const lateKill = setTimeout(() => signal('SIGKILL'), stopTimeoutMs)
  await ended
  clearTimeout(lateKill)
  signal('SIGKILL')
}

async function withDeadline<T>(promise: Promise<T>, timeoutMs: number, message: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error(message())), timeoutMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
