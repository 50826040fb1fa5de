/** Passwords, tokens and passphrases: only ever in VS Code's secret store, never in settings, logs or messages. */
import * as vscode from 'vscode'
import type { ClusterConfig } from './clusterSettings.ts'

export interface ClusterSecrets {
  /** SASL password (PLAIN, SCRAM). */
  readonly password?: string
  /** OAUTHBEARER token. */
  readonly token?: string
  /** Of the client's encrypted key. */
  readonly passphrase?: string
}

export type SecretName = keyof ClusterSecrets

/** Which secrets a cluster's way to log in asks for. */
export function secretsNeeded(cluster: ClusterConfig): readonly SecretName[] {
  const needed: SecretName[] = []
  if (cluster.sasl) needed.push(cluster.sasl.mechanism === 'oauthbearer' ? 'token' : 'password')
  if (typeof cluster.ssl === 'object' && cluster.ssl.key) needed.push('passphrase')
  return needed
}

export async function readSecrets(storage: vscode.SecretStorage, cluster: ClusterConfig): Promise<ClusterSecrets> {
  const found: { -readonly [Name in SecretName]?: string } = {}
  for (const name of secretsNeeded(cluster)) {
    const value = await storage.get(secretKey(cluster, name))
    if (value !== undefined) found[name] = value
  }
  return found
}

/** Asks for each secret that the cluster needs; an empty answer removes it, Escape keeps what is stored. */
export async function askSecrets(storage: vscode.SecretStorage, cluster: ClusterConfig): Promise<boolean> {
  const needed = secretsNeeded(cluster)
  if (needed.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} logs in without a password or key.', cluster.name))
    return false
  }
  for (const name of needed) {
    const value = await vscode.window.showInputBox({
      title: cluster.name,
      prompt: prompts[name](),
      password: true,
      ignoreFocusOut: true,
    })
    if (value === undefined) return false
    const key = secretKey(cluster, name)
    await (value === '' ? storage.delete(key) : storage.store(key, value))
  }
  return true
}

const prompts: Readonly<Record<SecretName, () => string>> = {
  password: () => vscode.l10n.t('Password (kept in the secret store; empty removes it)'),
  token: () => vscode.l10n.t('Bearer token (kept in the secret store; empty removes it)'),
  passphrase: () => vscode.l10n.t('Passphrase of the client key (empty: the key is not encrypted)'),
}

function secretKey(cluster: ClusterConfig, name: SecretName): string {
  return `cluster:${cluster.name}:${name}`
}
