/** A language client over real messages: the server runs as its own process and hears what an editor would say. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { PipelinesParams } from '@tidemark/server/protocol'
import {
  createMessageConnection,
  type Diagnostic,
  type InitializeResult,
  type MessageConnection,
  type PublishDiagnosticsParams,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node'
import { frameReader } from '../../runtime/src/control/frames.ts'

export interface LspClient {
  readonly connection: MessageConnection
  readonly initialized: InitializeResult
  uri(path: string): string
  open(path: string, text: string, languageId?: string): void
  /** Replaces the first occurrence of `words`, as an incremental change. */
  edit(path: string, words: string, newWords: string): void
  close(path: string): void
  text(path: string): string
  request<T>(method: string, params: object): Promise<T>
  notify(method: string, params: object): void
  /** The next diagnostics of the file that satisfy the condition, or those that are shown already. */
  diagnostics(path: string, isMet?: (diagnostics: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]>
  /** Diagnostics of the document's newest text. */
  current(path: string): Promise<readonly Diagnostic[]>
  pipelines(path: string, isMet?: (params: PipelinesParams) => boolean): Promise<PipelinesParams>
  /** Everything said so far, one message a line. */
  session(): string
  /** Ends the session as an editor does. @returns exit code */
  stop(): Promise<number | null>
}

export interface ClientOptions {
  readonly folders: readonly string[]
  readonly capabilities?: object
  readonly entry?: string
  readonly env?: NodeJS.ProcessEnv
  /** How long an awaited message may take before the test fails. @defaultValue 60_000 ms */
  readonly deadlineMs?: number
}

/** A failing test prints its session. */
export async function startClient(t: TestContext, options: ClientOptions): Promise<LspClient> {
  const entry = options.entry ?? join(import.meta.dirname, '../../server/src/main.ts')
  const child = spawn(process.execPath, ['--conditions=source', entry, '--stdio'], {
    stdio: 'pipe',
    env: { ...process.env, ...options.env },
  })
  const client = new StartedClient(child, options.deadlineMs ?? 60_000)
  t.after(async () => {
    if (child.exitCode === null) child.kill('SIGKILL')
    // Known in this hook only, and not yet to the types.
    if ('passed' in t && t.passed === false) t.diagnostic(client.session())
  })
  await client.initialize(options)
  return client
}

const defaultCapabilities = {
  workspace: {
    workspaceFolders: true,
    workspaceEdit: { documentChanges: true, snippetEditSupport: true },
    didChangeWatchedFiles: { dynamicRegistration: true },
  },
  textDocument: { publishDiagnostics: { relatedInformation: true, versionSupport: true } },
}

class StartedClient implements LspClient {
  readonly connection: MessageConnection
  initialized: InitializeResult = { capabilities: {} }
  readonly #deadlineMs: number
  readonly #exited: Promise<number | null>
  readonly #log: string[] = []
  readonly #documents = new Map<string, { text: string; version: number }>()
  readonly #shown = new Map<string, PublishDiagnosticsParams>()
  readonly #pipelines = new Map<string, PipelinesParams>()
  readonly #waiting = new Set<() => void>()
  #isGone = false

  constructor(child: ChildProcess, deadlineMs: number) {
    this.#deadlineMs = deadlineMs
    this.#exited = new Promise(done => child.once('close', code => done(code)))
    // Nothing is waited for in vain once the server is gone.
    void this.#exited.then(code => {
      this.#isGone = true
      this.#log.push(`the server ended with ${code}`)
      this.#wake()
    })
    child.stderr?.on('data', chunk => this.#log.push(`stderr ${chunk}`))
    if (!child.stdout || !child.stdin) throw new Error('the server has no standard streams')
    this.connection = createMessageConnection(frameReader(child.stdout), new StreamMessageWriter(child.stdin))
    this.connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.#heard('textDocument/publishDiagnostics', params)
      this.#shown.set(params.uri, params)
      this.#wake()
    })
    this.connection.onNotification('tidemark/pipelines', (params: PipelinesParams) => {
      this.#heard('tidemark/pipelines', params)
      this.#pipelines.set(params.uri, params)
      this.#wake()
    })
    this.connection.onNotification((method, params) => this.#heard(method, params))
    this.connection.onRequest((method, params) => {
      this.#heard(method, params)
      return null
    })
    this.connection.listen()
  }

  async initialize({ folders, capabilities }: ClientOptions): Promise<void> {
    this.initialized = await this.request('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: capabilities ?? defaultCapabilities,
      workspaceFolders: folders.map((path, index) => ({ uri: this.uri(path), name: `folder ${index}` })),
    })
    this.notify('initialized', {})
  }

  uri(path: string): string {
    return pathToFileURL(path).href
  }

  open(path: string, text: string, languageId = 'typescript'): void {
    this.#documents.set(path, { text, version: 1 })
    this.notify('textDocument/didOpen', { textDocument: { uri: this.uri(path), languageId, version: 1, text } })
  }

  edit(path: string, words: string, newWords: string): void {
    const document = this.#documents.get(path)
    const at = document?.text.indexOf(words) ?? -1
    if (!document || at < 0) throw new Error(`'${words}' is not in the open text of ${path}`)
    const range = { start: positionAt(document.text, at), end: positionAt(document.text, at + words.length) }
    document.text = document.text.slice(0, at) + newWords + document.text.slice(at + words.length)
    document.version++
    this.notify('textDocument/didChange', {
      textDocument: { uri: this.uri(path), version: document.version },
      contentChanges: [{ range, text: newWords }],
    })
  }

  close(path: string): void {
    this.#documents.delete(path)
    this.notify('textDocument/didClose', { textDocument: { uri: this.uri(path) } })
  }

  text(path: string): string {
    return this.#documents.get(path)?.text ?? ''
  }

  async request<T>(method: string, params: object): Promise<T> {
    this.#log.push(`--> ${method} ${JSON.stringify(params)}`)
    const answer = this.connection.sendRequest<T>(method, params)
    const gone = this.#exited.then((): never => {
      throw new Error(`the server ended before it answered ${method}`)
    })
    // Whichever loses the race may fail later, unheard.
    for (const promise of [answer, gone]) promise.catch(() => undefined)
    const result = await Promise.race([answer, gone])
    this.#log.push(`<-- ${method} ${JSON.stringify(result)}`)
    return result
  }

  notify(method: string, params: object): void {
    this.#log.push(`--> ${method} ${JSON.stringify(params)}`)
    void this.connection.sendNotification(method, params)
  }

  diagnostics(
    path: string,
    isMet: (diagnostics: readonly Diagnostic[]) => boolean = () => true,
  ): Promise<readonly Diagnostic[]> {
    return this.#until(`diagnostics of ${path}`, () => {
      const shown = this.#shown.get(this.uri(path))
      return shown && isMet(shown.diagnostics) ? shown.diagnostics : undefined
    })
  }

  current(path: string): Promise<readonly Diagnostic[]> {
    const { version } = this.#documents.get(path) ?? { version: 0 }
    return this.#until(`diagnostics of ${path} at version ${version}`, () => {
      const shown = this.#shown.get(this.uri(path))
      return shown?.version === version ? shown.diagnostics : undefined
    })
  }

  pipelines(path: string, isMet: (params: PipelinesParams) => boolean = () => true): Promise<PipelinesParams> {
    return this.#until(`pipelines of ${path}`, () => {
      const shown = this.#pipelines.get(this.uri(path))
      return shown && isMet(shown) ? shown : undefined
    })
  }

  session(): string {
    return this.#log.join('\n')
  }

  async stop(): Promise<number | null> {
    await this.request('shutdown', {})
    this.notify('exit', {})
    return this.#exited
  }

  #heard(method: string, params: unknown): void {
    this.#log.push(`<-- ${method} ${JSON.stringify(params)}`)
  }

  #wake(): void {
    for (const look of this.#waiting) look()
  }

  /** Looks at once and after each message; the deadline only bounds a failure. */
  #until<T>(what: string, look: () => T | undefined): Promise<T> {
    return new Promise((done, failed) => {
      const again = (): void => {
        const found = look()
        if (found === undefined) {
          if (this.#isGone) {
            clearTimeout(deadline)
            failed(new Error(`the server ended, so there are no ${what}`))
          }
          return
        }
        this.#waiting.delete(again)
        clearTimeout(deadline)
        done(found)
      }
      const deadline: NodeJS.Timeout = setTimeout(() => {
        this.#waiting.delete(again)
        failed(new Error(`no ${what} within ${this.#deadlineMs} ms`))
      }, this.#deadlineMs)
      this.#waiting.add(again)
      again()
    })
  }
}

function positionAt(text: string, offset: number): { line: number; character: number } {
  const lines = text.slice(0, offset).split(/\r\n|\r|\n/)
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 }
}
