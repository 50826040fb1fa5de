/** The setting `tidemark.clusters`: read, checked, and told apart from what it must not hold. */
import * as vscode from 'vscode'
import { settings } from '../contributions.ts'

export interface ClusterConfig {
  readonly name: string
  readonly brokers: readonly string[]
  readonly ssl: boolean | TlsFiles
  readonly sasl: SaslEntry | undefined
  /** Every change of the cluster is refused. */
  readonly isReadOnly: boolean
  /** The local Kafka that Tidemark itself runs: not in the settings. */
  readonly isLocal: boolean
}

export interface SaslEntry {
  readonly mechanism: SaslMechanism
  readonly username: string | undefined
  /** OAUTHBEARER: where tokens are fetched and renewed. Left out: one given by hand. */
  readonly tokenEndpoint?: string
  readonly clientId?: string
  readonly scope?: string
}

export interface TlsFiles {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly rejectUnauthorized?: boolean
}

export const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'] as const
export type SaslMechanism = (typeof saslMechanisms)[number]

export interface ClusterProblem {
  /** Which entry, as a person finds it: its name, or its place in the list. */
  readonly entry: string
  readonly message: string
}

export interface CheckedClusters {
  readonly clusters: readonly ClusterConfig[]
  readonly problems: readonly ClusterProblem[]
}

export function configuredClusters(): CheckedClusters {
  return checkClusters(vscode.workspace.getConfiguration().get<unknown>(settings.clusters, []))
}

/** One entry from elsewhere than the settings. @throws {Error} says what is wrong with it. */
export function checkedCluster(entry: unknown): ClusterConfig {
  const checked = checkCluster(entry)
  if (typeof checked === 'string') throw new Error(`${nameOf(entry) ?? 'The cluster'} ${checked}`)
  return checked
}

/** Settings are typed by hand: one bad entry is reported and costs no other its place. */
export function checkClusters(value: unknown): CheckedClusters {
  if (!Array.isArray(value))
    return { clusters: [], problems: [{ entry: settings.clusters, message: vscode.l10n.t('is not a list') }] }
  const clusters: ClusterConfig[] = []
  const problems: ClusterProblem[] = []
  for (const [index, entry] of value.entries()) {
    const checked = checkCluster(entry)
    const name = nameOf(entry) ?? `#${index + 1}`
    if (typeof checked === 'string') problems.push({ entry: name, message: checked })
    else if (clusters.some(cluster => cluster.name === checked.name))
      problems.push({ entry: name, message: vscode.l10n.t('has the name of another cluster') })
    else clusters.push(checked)
  }
  return { clusters, problems }
}

function checkCluster(entry: unknown): ClusterConfig | string {
  if (typeof entry !== 'object' || entry === null) return vscode.l10n.t('is not an object')
  const { brokers, ssl, sasl, readOnly } = entry as Record<string, unknown>
  const name = nameOf(entry)
  if (!name) return vscode.l10n.t('has no "name"')
  if (!Array.isArray(brokers) || brokers.length === 0 || !brokers.every(isAddress))
    return vscode.l10n.t('needs "brokers": a list of host:port')
  const checkedSasl = checkSasl(sasl)
  if (typeof checkedSasl === 'string') return checkedSasl
  return {
    name,
    brokers,
    ssl: typeof ssl === 'object' && ssl !== null ? (ssl as TlsFiles) : ssl === true,
    sasl: checkedSasl,
    isReadOnly: readOnly === true,
    isLocal: false,
  }
}

function checkSasl(sasl: unknown): ClusterConfig['sasl'] | string {
  if (sasl === undefined) return undefined
  const { mechanism, username, ...token } = (sasl ?? {}) as Record<string, unknown>
  const known = saslMechanisms.find(name => name === mechanism)
  if (!known) return vscode.l10n.t('needs "sasl.mechanism": one of {0}', saslMechanisms.join(', '))
  const login = { mechanism: known, username: typeof username === 'string' ? username : undefined }
  if (known !== 'oauthbearer' || token.tokenEndpoint === undefined) return login
  const { tokenEndpoint, clientId, scope } = token
  if (!isTokenEndpoint(tokenEndpoint))
    return vscode.l10n.t('needs "sasl.tokenEndpoint" to be an address that begins with https:// or http://')
  if (typeof clientId !== 'string' || clientId === '')
    return vscode.l10n.t('needs "sasl.clientId" beside "sasl.tokenEndpoint"')
  return { ...login, tokenEndpoint, clientId, ...(typeof scope === 'string' && scope !== '' ? { scope } : {}) }
}

export function isTokenEndpoint(value: unknown): value is string {
  return typeof value === 'string' && /^https?:$/.test(URL.parse(value)?.protocol ?? '')
}

export function isAddress(value: unknown): value is string {
  const port = typeof value === 'string' ? /^(?:[^\s,:]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(value)?.[1] : undefined
  return port !== undefined && Number(port) > 0 && Number(port) < 65_536
}

function nameOf(entry: unknown): string | undefined {
  const name = (entry as { name?: unknown } | null)?.name
  return typeof name === 'string' && name.trim() !== '' ? name : undefined
}
