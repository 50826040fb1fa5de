/** A language server over its protocol: start, open, first diagnostics, edits. Ours pushes diagnostics, TypeScript 7 is asked for them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import {
  createMessageConnection,
  type MessageConnection,
  type PublishDiagnosticsParams,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node'
import { frameReader } from '../../../runtime/src/control/frames.ts'
import { insertionOf } from './keystroke.ts'
import { type Measured, peakBytes } from './measured.ts'
import type { Workspace } from './workspace.ts'

export interface ServerCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  /** Tells diagnostics by itself; else they are asked for. */
  readonly pushes: boolean
  /** It has looked through the workspace when it has said something of so many files. */
  readonly filesFound?: number
}

export async function measureServer(server: ServerCommand, workspace: Workspace, rounds: number): Promise<Measured> {
  const start = performance.now()
  const child = spawn(server.command, server.args, {
    cwd: workspace.root,
    env: server.env ?? process.env,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const session = new Session(child, server.pushes)
  try {
    const { handler, helper } = workspace
    await session.initialize(workspace.root)
    session.open(handler)
    await session.diagnostics([handler])
    const firstMs = performance.now() - start
    await session.found(server.filesFound ?? 0)
    session.open(helper)
    await session.diagnostics([helper])
    const inHandlerMs = await session.keystrokes(handler, [handler], rounds)
    const inHelperMs = await session.keystrokes(helper, [helper, handler], rounds)
    return { firstMs, inHandlerMs, inHelperMs, memoryBytes: peakBytes(child.pid ?? 0) }
  } finally {
    session.stop()
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
  }
}

class Session {
  readonly #connection: MessageConnection
  readonly #pushes: boolean
  readonly #told = new Map<string, PublishDiagnosticsParams>()
  readonly #versions = new Map<string, number>()
  #wake = (): void => undefined

  constructor(child: ChildProcess, pushes: boolean) {
    if (!child.stdout || !child.stdin) throw new Error('no standard streams')
    this.#pushes = pushes
    this.#connection = createMessageConnection(frameReader(child.stdout), new StreamMessageWriter(child.stdin))
    this.#connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.#told.set(params.uri, params)
      this.#wake()
    })
    this.#connection.onRequest((method: string, params: unknown) =>
      method === 'workspace/configuration' ? (params as { items: unknown[] }).items.map(() => null) : null,
    )
    this.#connection.listen()
  }

  async initialize(root: string): Promise<void> {
    const uri = pathToFileURL(root).href
    await this.#connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'measured' }],
      capabilities: {
        textDocument: { publishDiagnostics: { versionSupport: true }, diagnostic: {} },
        workspace: { workspaceFolders: true, configuration: true },
      },
    })
    void this.#connection.sendNotification('initialized', {})
  }

  open(path: string): void {
    this.#versions.set(path, 1)
    const textDocument = { uri: uriOf(path), languageId: 'typescript', version: 1, text: readFileSync(path, 'utf8') }
    void this.#connection.sendNotification('textDocument/didOpen', { textDocument })
  }

  async keystrokes(path: string, watched: readonly string[], rounds: number): Promise<number[]> {
    const original = readFileSync(path, 'utf8')
    const times: number[] = []
    for (let round = 0; round < rounds; round++) {
      const { line, character, text } = insertionOf(original, round + 1)
      const start = performance.now()
      const version = (this.#versions.get(path) ?? 0) + 1
      this.#versions.set(path, version)
      for (const file of watched) this.#told.delete(uriOf(file))
      const at = { line, character }
      void this.#connection.sendNotification('textDocument/didChange', {
        textDocument: { uri: uriOf(path), version },
        contentChanges: [{ range: { start: at, end: at }, text }],
      })
      await this.diagnostics(watched)
      times.push(performance.now() - start)
    }
    return times
  }

  /** Resolves when diagnostics of the newest texts have come. */
  async diagnostics(paths: readonly string[]): Promise<void> {
    if (this.#pushes) {
      await this.#until(() =>
        paths.every(path => {
          const told = this.#told.get(uriOf(path))
          return told && (told.version === undefined || told.version === this.#versions.get(path))
        }),
      )
      return
    }
    for (const path of paths)
      await this.#connection.sendRequest('textDocument/diagnostic', { textDocument: { uri: uriOf(path) } })
  }

  /** Resolves when something was told of so many files. */
  found(files: number): Promise<void> {
    return this.#until(() => this.#told.size >= files)
  }

  stop(): void {
    this.#connection.dispose()
  }

  #until(isMet: () => boolean): Promise<void> {
    return new Promise(done => {
      this.#wake = () => {
        if (!isMet()) return
        this.#wake = () => undefined
        done()
      }
      this.#wake()
    })
  }
}

function uriOf(path: string): string {
  return pathToFileURL(path).href
}
