/** The form that adds a cluster: a few questions, the answers in the settings, secrets in the secret store. */
import * as vscode from 'vscode'
import { settings } from '../contributions.ts'
import { type ClusterConfig, checkClusters, isAddress, saslMechanisms } from './clusterSettings.ts'
import { askSecrets, secretsNeeded } from './secrets.ts'

const plainProtocol = 'PLAINTEXT'
const protocols = [plainProtocol, 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const
type Protocol = (typeof protocols)[number]

/** Asks, writes the entry and, where it logs in, asks for its secrets. Escape at any question changes nothing. */
export async function addCluster(storage: vscode.SecretStorage): Promise<void> {
  const known = vscode.workspace.getConfiguration().get<{ name?: string }[]>(settings.clusters, [])
  const brokers = await askBrokers()
  const name = brokers && (await askName(known, brokers))
  const protocol = name && (await askProtocol())
  if (!brokers || !name || !protocol) return
  const login = protocol.startsWith('SASL') ? await askLogin() : {}
  const readOnly = login && (await askReadOnly())
  if (!login || readOnly === undefined) return
  const entry = {
    name,
    brokers,
    ...(protocol.endsWith('SSL') ? { ssl: true } : {}),
    ...login,
    ...(readOnly ? { readOnly } : {}),
  }
  const target = vscode.ConfigurationTarget.Global
  await vscode.workspace.getConfiguration().update(settings.clusters, [...known, entry], target)
  const [cluster] = checkClusters([entry]).clusters
  if (cluster && secretsNeeded(cluster).length > 0) await askSecrets(storage, cluster)
}

async function askBrokers(): Promise<string[] | undefined> {
  const text = await vscode.window.showInputBox({
    title: vscode.l10n.t('Add Cluster'),
    prompt: vscode.l10n.t('Bootstrap brokers, host:port, separated by commas'),
    value: 'localhost:9092',
    ignoreFocusOut: true,
    validateInput: value =>
      split(value).length > 0 && split(value).every(isAddress)
        ? undefined
        : vscode.l10n.t('Write host:port, for example broker-1:9092, broker-2:9092'),
  })
  return text === undefined ? undefined : split(text)
}

const split = (text: string): string[] =>
  text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')

function askName(known: readonly { name?: string }[], brokers: readonly string[]): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Add Cluster'),
    prompt: vscode.l10n.t('A name for it'),
    value: brokers[0]?.replace(/:\d+$/, '') ?? '',
    ignoreFocusOut: true,
    validateInput: value => {
      if (value.trim() === '') return vscode.l10n.t('A name is needed')
      return known.some(({ name }) => name === value) ? vscode.l10n.t('That name is taken') : undefined
    },
  })
}

async function askProtocol(): Promise<Protocol | undefined> {
  const details: Readonly<Record<Protocol, string>> = {
    PLAINTEXT: vscode.l10n.t('no encryption, no login'),
    SSL: vscode.l10n.t('encrypted'),
    SASL_PLAINTEXT: vscode.l10n.t('login without encryption'),
    SASL_SSL: vscode.l10n.t('encrypted, with login'),
  }
  const items = protocols.map(label => ({ label, description: details[label] }))
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Security protocol'), ignoreFocusOut: true }))
    ?.label
}

async function askLogin(): Promise<{ sasl: NonNullable<ClusterConfig['sasl']> } | undefined> {
  const mechanism = await vscode.window.showQuickPick([...saslMechanisms], {
    title: vscode.l10n.t('SASL mechanism'),
    ignoreFocusOut: true,
  })
  const known = saslMechanisms.find(name => name === mechanism)
  if (!known) return undefined
  if (known === 'oauthbearer') return { sasl: { mechanism: known, username: undefined } }
  const username = await vscode.window.showInputBox({ title: vscode.l10n.t('User name'), ignoreFocusOut: true })
  return username === undefined ? undefined : { sasl: { mechanism: known, username } }
}

async function askReadOnly(): Promise<boolean | undefined> {
  const items = [
    { label: vscode.l10n.t('Read and change'), readOnly: false },
    { label: vscode.l10n.t('Read only'), description: vscode.l10n.t('every change is refused'), readOnly: true },
  ]
  return (
    await vscode.window.showQuickPick(items, { title: vscode.l10n.t('May Tidemark change it?'), ignoreFocusOut: true })
  )?.readOnly
}
