/** Passwords, tokens, keys and passphrases: only ever in VS Code's secret store, never in settings, logs or messages. */
import * as vscode from 'vscode'
import type { ClusterConfig } from './clusterSettings.ts'
import { loginSecret } from './loginSecret.ts'

export interface ClusterSecrets {
  /** SASL password (PLAIN, SCRAM). */
  readonly password?: string
  /** OAUTHBEARER token, where it is given by hand. */
  readonly token?: string
  /** With which tokens are fetched from a token endpoint. */
  readonly clientSecret?: string
  /** Of the client's encrypted key. */
  readonly passphrase?: string
  /** The client's key itself, as PEM, where the settings name no file. */
  readonly keyText?: string
}

export type SecretName = keyof ClusterSecrets

export const secretNames: readonly SecretName[] = ['password', 'token', 'clientSecret', 'passphrase', 'keyText']

/** Which secrets a cluster's way to log in asks for. */
export function secretsNeeded(cluster: ClusterConfig): readonly SecretName[] {
  const needed: SecretName[] = []
  if (cluster.sasl) needed.push(loginSecret(cluster.sasl))
  if (typeof cluster.ssl === 'object' && (cluster.ssl.key || cluster.ssl.cert)) {
    if (!cluster.ssl.key) needed.push('keyText')
    needed.push('passphrase')
  }
  return needed
}

export async function readSecrets(storage: vscode.SecretStorage, cluster: ClusterConfig): Promise<ClusterSecrets> {
  const found: { -readonly [Name in SecretName]?: string } = {}
  for (const name of secretsNeeded(cluster)) {
    const value = await storage.get(secretKey(cluster.name, name))
    if (value !== undefined) found[name] = value
  }
  return found
}

export async function storedSecrets(storage: vscode.SecretStorage, clusterName: string): Promise<SecretName[]> {
  const stored: SecretName[] = []
  for (const name of secretNames) if ((await storage.get(secretKey(clusterName, name))) !== undefined) stored.push(name)
  return stored
}

export async function writeSecrets(
  storage: vscode.SecretStorage,
  clusterName: string,
  secrets: ClusterSecrets,
): Promise<void> {
  for (const name of secretNames) {
    const value = secrets[name]
    if (value) await storage.store(secretKey(clusterName, name), value)
  }
}

export async function deleteSecrets(
  storage: vscode.SecretStorage,
  clusterName: string,
  names: readonly SecretName[] = secretNames,
): Promise<void> {
  for (const name of names) await storage.delete(secretKey(clusterName, name))
}

/** A cluster got another name: its secrets follow. */
export async function moveSecrets(storage: vscode.SecretStorage, from: string, to: string): Promise<void> {
  for (const name of secretNames) {
    const value = await storage.get(secretKey(from, name))
    if (value !== undefined) await storage.store(secretKey(to, name), value)
  }
  await deleteSecrets(storage, from)
}

/** Asks for each secret that the cluster needs; an empty answer removes it, Escape keeps what is stored. */
export async function askSecrets(storage: vscode.SecretStorage, cluster: ClusterConfig): Promise<boolean> {
  // A key has lines, and a box has one: the form takes it, or a file.
  const needed = secretsNeeded(cluster).filter(name => name !== 'keyText')
  if (needed.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('{0} logs in without a password or key.', cluster.name))
    return false
  }
  for (const name of needed) {
    const value = await vscode.window.showInputBox({
      title: cluster.name,
      prompt: promptOf(name),
      password: true,
      ignoreFocusOut: true,
    })
    if (value === undefined) return false
    if (value === '') await deleteSecrets(storage, cluster.name, [name])
    else await writeSecrets(storage, cluster.name, { [name]: value })
  }
  return true
}

function promptOf(name: SecretName): string {
  if (name === 'token') return vscode.l10n.t('Bearer token (kept in the secret store; empty removes it)')
  if (name === 'clientSecret') return vscode.l10n.t('Client secret (kept in the secret store; empty removes it)')
  if (name === 'password') return vscode.l10n.t('Password (kept in the secret store; empty removes it)')
  return vscode.l10n.t('Passphrase of the client key (empty: the key is not encrypted)')
}

function secretKey(clusterName: string, name: SecretName): string {
  return `cluster:${clusterName}:${name}`
}
