/** From a cluster's settings and secrets to a connection: files are read here, secrets stay in memory. */
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import {
  type ConnectionConfig,
  clientCredentials,
  clusterClient,
  isPemText,
  type Monitor,
  openMonitor,
  type SaslConfig,
  type TlsConfig,
  tokenExpiredAtMs,
} from '@tidemark/runtime/monitor'
import * as vscode from 'vscode'
import { commands } from '../contributions.ts'
import { ClientError } from '../failures.ts'
import type { ClusterConfig, TlsFiles } from './clusterSettings.ts'
import { loginSecret } from './loginSecret.ts'
import type { ClusterSecrets } from './secrets.ts'

/** @throws {ClientError} a secret or certificate is missing. @throws TidemarkError the cluster cannot be reached; says which step. */
export async function connect(cluster: ClusterConfig, secrets: ClusterSecrets, history?: unknown): Promise<Monitor> {
  requireLivingToken(cluster, secrets)
  return openMonitor({ client: await clusterClient(await connectionConfig(cluster, secrets)), history })
}

/** @throws {ClientError} a secret or certificate is missing. */
export async function connectionConfig(cluster: ClusterConfig, secrets: ClusterSecrets): Promise<ConnectionConfig> {
  return { brokers: cluster.brokers, tls: await tlsOf(cluster, secrets), sasl: saslOf(cluster, secrets) }
}

async function tlsOf({ ssl }: ClusterConfig, secrets: ClusterSecrets): Promise<TlsConfig | undefined> {
  if (ssl === false) return undefined
  if (ssl === true) return {}
  const { ca, cert, key } = ssl
  return {
    ca: ca && (await pemOf(ca, 'ca')),
    certificate: cert && (await pemOf(cert, 'cert')),
    key: key ? await pemOf(key, 'key') : secrets.keyText,
    passphrase: secrets.passphrase,
    isServerVerified: ssl.rejectUnauthorized ?? true,
  }
}

/** A path, or the text itself. */
async function pemOf(pathOrText: string, name: keyof TlsFiles): Promise<string> {
  if (isPemText(pathOrText)) return pathOrText
  try {
    return await readFile(
      pathOrText.replace(/^~(?=[\\/])/, () => join(homedir())),
      'utf8',
    )
  } catch (error) {
    throw new ClientError(
      vscode.l10n.t('The file of "ssl.{0}" could not be read: {1}', name, (error as Error).message),
      vscode.l10n.t('Correct its path in the setting tidemark.clusters.'),
    )
  }
}

function saslOf({ name, sasl }: ClusterConfig, secrets: ClusterSecrets): SaslConfig | undefined {
  if (!sasl) return undefined
  const secret = secrets[loginSecret(sasl)]
  if (secret === undefined)
    throw new ClientError(
      vscode.l10n.t('{0} needs a password or token that is not stored yet.', name),
      vscode.l10n.t('Set it once; it is kept in the secret store.'),
      { title: vscode.l10n.t('Set Password and Keys…'), id: commands.setClusterSecrets },
    )
  const { mechanism, username = '', tokenEndpoint: url, clientId = '', scope } = sasl
  if (mechanism !== 'oauthbearer') return { mechanism, username, password: secret }
  const token =
    url === undefined ? async () => secret : clientCredentials({ url, clientId, clientSecret: secret, scope })
  return { mechanism, token }
}

/** @throws {ClientError} A token given by hand says itself that it is over; the broker would only say that it is refused. */
function requireLivingToken({ name, sasl }: ClusterConfig, { token = '' }: ClusterSecrets): void {
  if (!sasl || loginSecret(sasl) !== 'token') return
  const expiredAtMs = tokenExpiredAtMs(token)
  if (expiredAtMs === undefined) return
  throw new ClientError(
    vscode.l10n.t('The token of {0} expired at {1}.', name, new Date(expiredAtMs).toLocaleString(vscode.env.language)),
    vscode.l10n.t(
      'Set a new one: it is not renewed. Edit the cluster and give a token endpoint, and tokens are fetched by themselves.',
    ),
    { title: vscode.l10n.t('Set Password and Keys…'), id: commands.setClusterSecrets },
  )
}
