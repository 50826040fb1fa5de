/** The language server: started by the first document that can concern it, and not before. */
import * as vscode from 'vscode'
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  TransportKind,
} from 'vscode-languageclient/node'
import { log } from '../log.ts'

export const languages = ['typescript', 'javascript', 'typescriptreact', 'javascriptreact']

/** A pipeline imports a Kafka client; a document that never says the word cannot hold one, and costs nothing. */
const concernsKafka = /kafka|tidemark/i

export interface Analysis extends vscode.Disposable {
  /** Starts the server if it does not run. */
  start(): Promise<LanguageClient>
  restart(): Promise<void>
  /** Whether the document can have to do with Kafka at all. */
  isConcerned(document: vscode.TextDocument): boolean
  /** Fires with each started client, so that others can listen to its notifications. */
  readonly onDidStart: vscode.Event<LanguageClient>
}

export function createAnalysis(context: vscode.ExtensionContext): Analysis {
  const started = new vscode.EventEmitter<LanguageClient>()
  let running: Promise<LanguageClient> | undefined

  const start = (): Promise<LanguageClient> => {
    running ??= startClient(context, started).catch(error => {
      running = undefined
      throw error
    })
    return running
  }
  const isConcerned = (document: vscode.TextDocument): boolean =>
    languages.includes(document.languageId) && concernsKafka.test(document.getText())
  const look = (document: vscode.TextDocument): void => {
    if (running || !isConcerned(document)) return
    start().catch((error: Error) => log().error(error))
  }
  const stop = async (): Promise<void> => {
    const client = await running?.catch(() => undefined)
    running = undefined
    await client?.dispose()
  }
  const listeners = [
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidChangeTextDocument(event => look(event.document)),
  ]
  // After the activation: who listens to `onDidStart` is wired by then, and hears of the first client too.
  queueMicrotask(() => {
    for (const document of vscode.workspace.textDocuments) look(document)
  })
  return {
    start,
    isConcerned,
    onDidStart: started.event,
    restart: async () => {
      await stop()
      await start()
    },
    dispose: () => {
      for (const listener of [...listeners, started]) listener.dispose()
      void stop()
    },
  }
}

async function startClient(
  context: vscode.ExtensionContext,
  started: vscode.EventEmitter<LanguageClient>,
): Promise<LanguageClient> {
  const client = new LanguageClient('tidemark', 'Tidemark', serverOptions(context), clientOptions())
  started.fire(client)
  await client.start()
  return client
}

/** Half of what Node takes by itself for short-lived garbage: a walk through a workspace would fill all of it, and keep it. */
const execArgv = ['--max-semi-space-size=8']

function serverOptions(context: vscode.ExtensionContext): ServerOptions {
  const module = context.asAbsolutePath('server/dist/bundle/main.mjs')
  const cache = vscode.Uri.joinPath(context.globalStorageUri, 'compile-cache').fsPath
  const run = {
    module,
    transport: TransportKind.ipc,
    options: { execArgv, env: { ...process.env, NODE_COMPILE_CACHE: cache } },
  }
  return { run, debug: { ...run, options: { ...run.options, execArgv: [...execArgv, '--inspect=6009'] } } }
}

function clientOptions(): LanguageClientOptions {
  return {
    documentSelector: languages.flatMap(language => [{ scheme: 'file', language }]),
    outputChannel: log(),
    synchronize: {
      fileEvents: vscode.workspace.createFileSystemWatcher('**/{tidemark.config.json,package.json,tsconfig.json}'),
    },
  }
}
