/** From a cluster's settings and secrets to a monitor that is connected to it. */
import { readFile } from 'node:fs/promises'
import type { ConnectionOptions } from 'node:tls'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { type Monitor, openMonitor } from '@tidemark/runtime/monitor'
import { Kafka, logLevel, type SASLOptions } from 'kafkajs'
import * as vscode from 'vscode'
import { ClientError } from '../failures.ts'
import type { ClusterConfig, TlsFiles } from './clusterSettings.ts'
import type { ClusterSecrets } from './secrets.ts'

/** An attempt ends within this time, one way or the other. */
const connectTimeoutMs = 5_000
const requestTimeoutMs = 15_000

/** @throws {ClientError} a secret or certificate is missing. @throws TidemarkError the cluster cannot be reached; says which step. */
export async function connect(cluster: ClusterConfig, secrets: ClusterSecrets, history?: unknown): Promise<Monitor> {
  const ssl = await tlsOptions(cluster, secrets)
  const sasl = saslOptions(cluster, secrets)
  const kafka = new Kafka({
    clientId: 'tidemark',
    brokers: [...cluster.brokers],
    connectionTimeout: connectTimeoutMs,
    authenticationTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: { retries: 1, initialRetryTime: 100 },
    logLevel: logLevel.NOTHING,
    ssl,
    ...(sasl ? { sasl } : {}),
  })
  return openMonitor({ client: kafkajs(kafka), history })
}

async function tlsOptions({ ssl }: ClusterConfig, secrets: ClusterSecrets): Promise<ConnectionOptions | boolean> {
  if (typeof ssl === 'boolean') return ssl
  const { ca, cert, key } = ssl
  return {
    ...(ca ? { ca: [await pem(ca, 'ca')] } : {}),
    ...(cert ? { cert: await pem(cert, 'cert') } : {}),
    ...(key ? { key: await pem(key, 'key') } : {}),
    ...(secrets.passphrase ? { passphrase: secrets.passphrase } : {}),
    rejectUnauthorized: ssl.rejectUnauthorized ?? true,
  }
}

async function pem(path: string, name: keyof TlsFiles): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new ClientError(
      vscode.l10n.t('The file of "ssl.{0}" could not be read: {1}', name, (error as Error).message),
      vscode.l10n.t('Correct its path in the setting tidemark.clusters.'),
    )
  }
}

function saslOptions({ name, sasl }: ClusterConfig, secrets: ClusterSecrets): SASLOptions | undefined {
  if (!sasl) return undefined
  const secret = sasl.mechanism === 'oauthbearer' ? secrets.token : secrets.password
  if (secret === undefined)
    throw new ClientError(
      vscode.l10n.t('{0} needs a password or token that is not stored yet.', name),
      vscode.l10n.t('Set it once; it is kept in the secret store.'),
      { title: vscode.l10n.t('Set Password and Keys…'), id: 'tidemark.setClusterSecrets' },
    )
  if (sasl.mechanism === 'oauthbearer')
    return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: secret }) }
  return { mechanism: sasl.mechanism, username: sasl.username ?? '', password: secret } as SASLOptions
}
