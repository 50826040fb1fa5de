/** Fills the form from files that others have written: a Kafka client's properties, a compose file. */
import { readFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { composeBrokers, type ImportedConnection, importClientProperties } from '@tidemark/runtime/monitor'
import type { ConnectionForm } from '@tidemark/webview/protocol'
import * as vscode from 'vscode'
import { ClientError } from '../failures.ts'
import { emptyForm, protocolOf } from './clusterForm.ts'

export interface ImportedForm {
  readonly form: Partial<ConnectionForm>
  /** What could not be taken over. */
  readonly notes: readonly string[]
}

const bytesMax = 1 << 20

/** A file chosen by a person. `undefined`: none was. */
export async function chooseFile(title: string, filters?: Record<string, string[]>): Promise<string | undefined> {
  const [folder] = vscode.workspace.workspaceFolders ?? []
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title,
      ...(filters ? { filters } : {}),
      ...(folder ? { defaultUri: folder.uri } : {}),
    })) ?? []
  return chosen?.fsPath
}

/** @throws {ClientError} the file cannot be read or understood. */
export async function importProperties(path: string): Promise<ImportedForm> {
  const pathOfText = new Map<string, string>()
  const read = async (name: string): Promise<string> => {
    const full = isAbsolute(name) ? name : join(dirname(path), name)
    const text = await readText(full)
    pathOfText.set(text, full)
    return text
  }
  const text = await readText(path)
  const imported = await importClientProperties(text, read).catch(error => {
    throw error instanceof ClientError ? error : unreadable(path, error)
  })
  return { form: formOfImported(imported, path, pathOfText), notes: imported.warnings }
}

/** Files stay files: the settings name them. What stands in the properties themselves is taken over as text. */
function formOfImported(
  { config }: ImportedConnection,
  path: string,
  pathOfText: ReadonlyMap<string, string>,
): Partial<ConnectionForm> {
  const { tls, sasl, brokers } = config
  const place = (text: string | undefined): string => (text === undefined ? '' : (pathOfText.get(text) ?? text))
  const isKeyInFile = tls?.key !== undefined && pathOfText.has(tls.key)
  const login =
    sasl?.mechanism === 'oauthbearer'
      ? { mechanism: sasl.mechanism }
      : sasl
        ? { mechanism: sasl.mechanism, username: sasl.username, password: sasl.password }
        : {}
  return {
    ...emptyForm,
    name: stemOf(path),
    brokers: brokers.join(', '),
    protocol: protocolOf(tls !== undefined, sasl !== undefined),
    ca: place(tls?.ca),
    cert: place(tls?.certificate),
    key: isKeyInFile ? place(tls?.key) : '',
    keyText: isKeyInFile ? '' : (tls?.key ?? ''),
    passphrase: tls?.passphrase ?? '',
    isServerVerified: tls?.isServerVerified ?? true,
    ...login,
  }
}

/** @throws {ClientError} the file cannot be read, or advertises no broker. */
export async function importCompose(path: string): Promise<ImportedForm> {
  const brokers = composeBrokers(await readText(path), process.env)
  if (brokers.length === 0)
    throw new ClientError(
      vscode.l10n.t('{0} advertises no Kafka listener to this machine.', basename(path)),
      vscode.l10n.t('It needs advertised listeners such as PLAINTEXT://localhost:9092.'),
    )
  const name = basename(dirname(path)) || stemOf(path)
  return { form: { ...emptyForm, name, brokers: brokers.join(', ') }, notes: [] }
}

async function readText(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(error => {
    throw unreadable(path, error)
  })
  if (text.length > bytesMax) throw unreadable(path, new Error(`${text.length} > ${bytesMax} bytes`))
  return text
}

function unreadable(path: string, error: unknown): ClientError {
  return new ClientError(
    vscode.l10n.t(
      '{0} could not be imported: {1}',
      basename(path),
      error instanceof Error ? error.message : `${error}`,
    ),
    vscode.l10n.t('Choose another file, or fill in the form.'),
  )
}

function stemOf(path: string): string {
  return basename(path).replace(/\.[^.]*$/, '')
}
