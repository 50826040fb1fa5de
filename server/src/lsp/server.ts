/** The protocol's side of the language server: what a client says becomes calls of the workspace, and back. */
import {
  type CancellationToken,
  type Connection,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  ResponseError,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Engine, EngineOptions } from '../analysis/engine/engine.ts'
import { createWorkspace, isWorkspaceFile, type Workspace } from '../analysis/engine/workspace.ts'
import { settingsFileName } from '../analysis/settings/settings.ts'
import type { AnyFeature, ClientAbilities, FeatureContext } from '../features/feature.ts'
import { features } from '../features/index.ts'
import { createUris, type KnownUris } from '../features/uris.ts'
import { version } from '../version.ts'
import { createPublisher, type Publisher } from './publisher.ts'
import { createRefiner, type Refiner } from './refiner.ts'

/**
 * Listens after the caller says so: `serve(connection, createEngine).listen()`.
 *
 * @param discovered - called whenever a folder has been looked through, with the files that hold pipelines or lie in their
 *   reach: where there are some, everything has run once by then
 */
export function serve(
  connection: Connection,
  createEngine: (options: EngineOptions) => Engine,
  discovered: (files: readonly string[]) => void = () => undefined,
): { listen(): void } {
  return new Server(connection, createEngine, discovered)
}

class Server {
  readonly #connection: Connection
  readonly #documents = new TextDocuments(TextDocument)
  readonly #workspace: Workspace
  readonly #uris: KnownUris = createUris()
  readonly #publisher: Publisher
  readonly #refiner: Refiner
  readonly #discoveries = new Map<string, AbortController>()
  /** By folder: what the last discovery finds. */
  readonly #discovered = new Map<string, Promise<readonly string[]>>()
  #client: ClientAbilities = { showsRelatedInformation: false, takesSnippets: false }
  #takesFolders = false
  #watchesFiles = false

  readonly #whenDiscovered: (files: readonly string[]) => void

  constructor(
    connection: Connection,
    createEngine: (options: EngineOptions) => Engine,
    discovered: (files: readonly string[]) => void,
  ) {
    this.#connection = connection
    this.#whenDiscovered = discovered
    this.#workspace = createWorkspace(createEngine)
    this.#publisher = createPublisher(connection, () => this.#context())
    this.#refiner = createRefiner({
      workspace: this.#workspace,
      refresh: paths => this.#publisher.refresh(paths),
      warn: message => connection.console.warn(message),
    })
    connection.onInitialize(params => this.#initialize(params))
    connection.onInitialized(() => this.#initialized())
    connection.onShutdown(() => this.#stop())
    connection.onDidChangeWatchedFiles(({ changes }) => {
      const paths = changes.flatMap(({ uri }) => this.#uris.pathOf(uri) ?? [])
      this.#refresh(this.#workspace.filesChanged(paths))
      if (!paths.some(isWorkspaceFile)) return
      this.#refresh(this.#openPaths())
      this.#discoverAll()
    })
    for (const feature of features)
      connection.onRequest(feature.method, (params: unknown, token: CancellationToken) =>
        this.#answer(feature, params, token),
      )
    this.#listenToDocuments()
  }

  listen(): void {
    this.#documents.listen(this.#connection)
    this.#connection.listen()
  }

  #initialize({ capabilities, workspaceFolders, rootUri }: InitializeParams): InitializeResult {
    const { textDocument, workspace } = capabilities
    const edits: { snippetEditSupport?: boolean } | undefined = workspace?.workspaceEdit
    this.#client = {
      showsRelatedInformation: textDocument?.publishDiagnostics?.relatedInformation === true,
      takesSnippets: edits?.snippetEditSupport === true,
    }
    this.#takesFolders = workspace?.workspaceFolders === true
    this.#watchesFiles = workspace?.didChangeWatchedFiles?.dynamicRegistration === true
    const uris = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : [])
    for (const uri of uris) this.#addFolder(uri)
    return {
      serverInfo: { name: 'Tidemark', version },
      capabilities: {
        textDocumentSync: TextDocumentSyncKind.Incremental,
        ...Object.assign({}, ...features.map(feature => feature.capabilities)),
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    }
  }

  #initialized(): void {
    if (this.#takesFolders)
      this.#connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const { uri } of removed) this.#removeFolder(uri)
        for (const { uri } of added) this.#addFolder(uri)
        this.#refresh(this.#openPaths())
        this.#discoverAll()
      })
    if (this.#watchesFiles) {
      const watchers = [
        { globPattern: '**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}' },
        { globPattern: '**/{package.json,tsconfig*.json,jsconfig.json,pnpm-workspace.yaml}' },
        { globPattern: `**/{${settingsFileName},.gitignore,.tidemarkignore}` },
      ]
      this.#connection.client
        .register(DidChangeWatchedFilesNotification.type, { watchers })
        .catch((error: Error) => this.#connection.console.error(`Files are not watched: ${error.message}`))
    }
    this.#discoverAll()
  }

  #listenToDocuments(): void {
    this.#documents.onDidOpen(({ document }) => {
      this.#uris.learn(document.uri, document.languageId)
      const path = this.#uris.pathOf(document.uri)
      if (path !== undefined) this.#refresh(this.#workspace.open(path, document.getText(), document.version))
    })
    this.#documents.onDidChangeContent(({ document }) => {
      const path = this.#uris.pathOf(document.uri)
      // The first content event comes with the opening and says the same.
      if (path === undefined || this.#workspace.versionOf(path) === document.version) return
      this.#refresh(this.#workspace.change(path, document.getText(), document.version))
    })
    this.#documents.onDidClose(({ document }) => {
      const path = this.#uris.pathOf(document.uri)
      if (path !== undefined) this.#refresh(this.#workspace.close(path))
    })
  }

  /** A feature that fails answers with an error; the session goes on. */
  #answer(feature: AnyFeature, params: unknown, token: CancellationToken): unknown {
    if (token.isCancellationRequested) return new ResponseError(-32800, 'cancelled')
    try {
      return feature.run(this.#context(), params)
    } catch (error) {
      this.#connection.console.error(`${feature.method} failed: ${(error as Error).stack ?? error}`)
      return new ResponseError(ErrorCodes.InternalError, `${feature.method} failed: ${(error as Error).message}`)
    }
  }

  #context(): FeatureContext {
    return {
      workspace: this.#workspace,
      uris: this.#uris,
      client: this.#client,
      discovered: async () => {
        for (;;) {
          const asked = [...this.#discovered.values()]
          const found = await Promise.all(asked)
          // One that was overtaken meanwhile has not seen everything.
          const isNewest = [...this.#discovered.values()].every(one => asked.includes(one))
          // Files that came since then were told of when they came.
          if (isNewest) return [...new Set([...found.flat(), ...this.#publisher.shown(), ...this.#openPaths()])]
        }
      },
    }
  }

  #refresh(paths: readonly string[]): void {
    this.#publisher.refresh(paths)
    this.#refiner.soon()
  }

  #openPaths(): string[] {
    return this.#documents.keys().flatMap(uri => this.#uris.pathOf(uri) ?? [])
  }

  #addFolder(uri: string): void {
    const path = this.#uris.pathOf(uri)
    if (path !== undefined) this.#workspace.addFolder(path.length > 1 ? path.replace(/[\\/]$/, '') : path)
  }

  #removeFolder(uri: string): void {
    const path = this.#uris.pathOf(uri)
    if (path === undefined) return
    this.#discoveries.get(path)?.abort()
    this.#discovered.delete(path)
    this.#publisher.clear(this.#workspace.removeFolder(path))
  }

  #discoverAll(): void {
    for (const folder of this.#workspace.folders) this.#discover(folder)
  }

  /** One discovery a folder: a newer one ends the older. */
  #discover(folder: string): void {
    this.#discoveries.get(folder)?.abort()
    const controller = new AbortController()
    this.#discoveries.set(folder, controller)
    const discovered = this.#workspace.discover(folder, controller.signal).then(
      found => {
        if (!controller.signal.aborted) this.#refresh(found)
        this.#whenDiscovered(found)
        return found
      },
      (error: Error) => {
        if (!controller.signal.aborted)
          this.#connection.console.error(`Looking through ${folder} failed: ${error.stack}`)
        return []
      },
    )
    this.#discovered.set(folder, discovered)
  }

  #stop(): void {
    for (const controller of this.#discoveries.values()) controller.abort()
    this.#publisher.stop()
    this.#refiner.stop()
  }
}
