/** Fills the form from files that others have written: a Kafka client's properties, a compose file. */
import { readFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { type ImportedConnection, importClientProperties, SaidError } from '@tidemark/runtime/monitor'
import type { ConnectionForm } from '@tidemark/webview/protocol'
import * as vscode from 'vscode'
import { ClientError } from '../failures.ts'
import { told } from '../told.ts'
import { emptyForm, protocolOf } from './clusterForm.ts'
import type { ComposeBrokers } from './composeBrokers.ts'

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
  return { form: formOfImported(imported, path, pathOfText), notes: imported.warnings.map(told) }
}

/** Files stay files: the settings name them. What stands in the properties themselves is taken over as text. */
function formOfImported(
  { config, tokenEndpoint }: ImportedConnection,
  path: string,
  pathOfText: ReadonlyMap<string, string>,
): Partial<ConnectionForm> {
  const { tls, sasl, brokers } = config
  const place = (text: string | undefined): string => (text === undefined ? '' : (pathOfText.get(text) ?? text))
  const isKeyInFile = tls?.key !== undefined && pathOfText.has(tls.key)
  const login =
    sasl?.mechanism === 'oauthbearer'
      ? { mechanism: sasl.mechanism, ...endpointOf(tokenEndpoint) }
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

function endpointOf(endpoint: ImportedConnection['tokenEndpoint']): Partial<ConnectionForm> {
  if (!endpoint) return {}
  const { url, clientId, clientSecret, scope = '' } = endpoint
  return { tokenEndpoint: url, clientId, clientSecret, scope }
}

/** @throws {ClientError} the file cannot be read, is no YAML, or advertises no broker to this machine. */
export async function importCompose(path: string): Promise<ImportedForm> {
  const text = await readText(path)
  const found = await brokersOfCompose(text, path)
  const { brokers, services, inside, unset } = found
  if (brokers.length === 0)
    throw new ClientError(
      inside.length > 0
        ? vscode.l10n.t('{0} advertises Kafka only inside its own network: {1}.', basename(path), inside.join(', '))
        : vscode.l10n.t('{0} advertises no Kafka listener to this machine.', basename(path)),
      unset.length > 0
        ? unsetNote(unset)
        : vscode.l10n.t('It needs advertised listeners such as PLAINTEXT://localhost:9092.'),
    )
  const notes = [
    ...(services.length > 1
      ? [vscode.l10n.t('Several services: {0}. Keep the addresses of one cluster.', services.join(', '))]
      : []),
    ...(unset.length > 0 ? [unsetNote(unset)] : []),
  ]
  const name = basename(dirname(path)) || stemOf(path)
  return { form: { ...emptyForm, name, brokers: brokers.join(', ') }, notes }
}

/** Variables as compose finds them: of this process, else of the `.env` file beside. */
async function brokersOfCompose(text: string, path: string): Promise<ComposeBrokers> {
  // Loaded with the library for YAML when a file is imported: most windows never do.
  const { ComposeSyntaxError, composeBrokers, envFileVariables } = await import('./composeBrokers.ts')
  const beside = await readFile(join(dirname(path), '.env'), 'utf8').then(envFileVariables, () => ({}))
  try {
    return composeBrokers(text, { ...beside, ...process.env })
  } catch (error) {
    if (!(error instanceof ComposeSyntaxError)) throw error
    throw new ClientError(
      vscode.l10n.t(
        '{0} is not YAML at line {1}, column {2}: {3}.',
        basename(path),
        error.line,
        error.column,
        error.message,
      ),
      vscode.l10n.t('Correct that place ("docker compose config" checks it too), or fill in the form.'),
    )
  }
}

function unsetNote(names: readonly string[]): string {
  return vscode.l10n.t(
    'Not set and without a default: {0}. Set them in .env beside the file, or write the addresses here.',
    names.join(', '),
  )
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
      error instanceof SaidError ? told(error.said) : error instanceof Error ? error.message : `${error}`,
    ),
    vscode.l10n.t('Choose another file, or fill in the form.'),
  )
}

function stemOf(path: string): string {
  return basename(path).replace(/\.[^.]*$/, '')
}
