/** Between a cluster's entry in the settings and the form that edits it. Pure: the words come from outside. */
import type { ConnectionField, ConnectionForm } from '@tidemark/webview/protocol'
import type { ClusterConfig, SaslEntry, TlsFiles } from './clusterSettings.ts'
import { loginSecret } from './loginSecret.ts'
import type { ClusterSecrets } from './secrets.ts'

export const emptyForm: ConnectionForm = {
  name: '',
  brokers: 'localhost:9092',
  protocol: 'PLAINTEXT',
  ca: '',
  cert: '',
  key: '',
  keyText: '',
  passphrase: '',
  isServerVerified: true,
  mechanism: 'scram-sha-512',
  username: '',
  password: '',
  token: '',
  tokenEndpoint: '',
  clientId: '',
  clientSecret: '',
  scope: '',
  isReadOnly: false,
}

/** Secrets stay where they are: their fields are empty. */
export function formOf({ name, brokers, ssl, sasl, isReadOnly }: ClusterConfig): ConnectionForm {
  const files: TlsFiles = typeof ssl === 'object' ? ssl : {}
  return {
    ...emptyForm,
    name,
    brokers: brokers.join(', '),
    protocol: protocolOf(ssl !== false, sasl !== undefined),
    ca: files.ca ?? '',
    cert: files.cert ?? '',
    key: files.key ?? '',
    isServerVerified: files.rejectUnauthorized ?? true,
    ...(sasl ? loginOf(sasl) : {}),
    isReadOnly,
  }
}

function loginOf({ mechanism, username = '', tokenEndpoint = '', clientId = '', scope = '' }: SaslEntry) {
  return { mechanism, username, tokenEndpoint, clientId, scope }
}

export function protocolOf(hasTls: boolean, hasSasl: boolean): ConnectionForm['protocol'] {
  if (hasSasl) return hasTls ? 'SASL_SSL' : 'SASL_PLAINTEXT'
  return hasTls ? 'SSL' : 'PLAINTEXT'
}

/** As it stands in the setting; no secret is in it. */
export function entryOf(form: ConnectionForm): Record<string, unknown> {
  const [ca, cert, key] = [form.ca.trim(), form.cert.trim(), form.key.trim()]
  const files = {
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(form.isServerVerified ? {} : { rejectUnauthorized: false }),
  }
  return {
    name: form.name.trim(),
    brokers: brokersOf(form),
    ...(form.protocol.endsWith('SSL') ? { ssl: Object.keys(files).length > 0 ? files : true } : {}),
    ...(form.protocol.startsWith('SASL') ? { sasl: saslEntryOf(form) } : {}),
    ...(form.isReadOnly ? { readOnly: true } : {}),
  }
}

function saslEntryOf({ mechanism, username, tokenEndpoint, clientId, scope }: ConnectionForm): Record<string, string> {
  if (mechanism !== 'oauthbearer') return { mechanism, username }
  const endpoint = tokenEndpoint.trim()
  if (endpoint === '') return { mechanism }
  return {
    mechanism,
    tokenEndpoint: endpoint,
    clientId: clientId.trim(),
    ...(scope.trim() ? { scope: scope.trim() } : {}),
  }
}

/** What was typed; an empty one keeps what is stored. */
export function secretsOf({ password, token, clientSecret, passphrase, keyText }: ConnectionForm): ClusterSecrets {
  return {
    ...(password ? { password } : {}),
    ...(token ? { token } : {}),
    ...(clientSecret ? { clientSecret } : {}),
    ...(passphrase ? { passphrase } : {}),
    ...(keyText ? { keyText } : {}),
  }
}

export function brokersOf({ brokers }: ConnectionForm): string[] {
  return brokers.split(/[\s,;]+/).filter(part => part !== '')
}

export interface FormWords {
  readonly nameMissing: string
  readonly nameTaken: string
  readonly brokersMissing: string
  notAnAddress(text: string): string
  readonly userMissing: string
  readonly notAnEndpoint: string
  readonly clientMissing: string
  readonly secretMissing: string
  readonly keyMissing: string
  readonly certMissing: string
}

export interface FormSurroundings {
  /** Names of the other clusters. */
  readonly takenNames: readonly string[]
  /** Secrets that are stored already. */
  readonly stored: readonly string[]
  isAddress(text: string): boolean
  isTokenEndpoint(text: string): boolean
}

/** What is wrong, by field; empty when the form can be saved. */
export function problemsOf(
  form: ConnectionForm,
  { takenNames, stored, isAddress, isTokenEndpoint }: FormSurroundings,
  words: FormWords,
): Partial<Record<ConnectionField, string>> {
  const problems: Partial<Record<ConnectionField, string>> = {}
  const name = form.name.trim()
  if (name === '') problems.name = words.nameMissing
  else if (takenNames.includes(name)) problems.name = words.nameTaken
  const brokers = brokersOf(form)
  const wrong = brokers.find(broker => !isAddress(broker))
  if (brokers.length === 0) problems.brokers = words.brokersMissing
  else if (wrong !== undefined) problems.brokers = words.notAnAddress(wrong)
  if (form.protocol.startsWith('SASL')) {
    const endpoint = form.tokenEndpoint.trim()
    const secret = loginSecret({ mechanism: form.mechanism, tokenEndpoint: endpoint })
    if (secret === 'password' && form.username === '') problems.username = words.userMissing
    if (secret === 'clientSecret' && !isTokenEndpoint(endpoint)) problems.tokenEndpoint = words.notAnEndpoint
    if (secret === 'clientSecret' && form.clientId.trim() === '') problems.clientId = words.clientMissing
    if (form[secret] === '' && !stored.includes(secret)) problems[secret] = words.secretMissing
  }
  if (form.protocol.endsWith('SSL')) {
    const hasKey = form.key.trim() !== '' || form.keyText !== '' || stored.includes('keyText')
    if (form.cert.trim() !== '' && !hasKey) problems.key = words.keyMissing
    if (form.key.trim() !== '' && form.cert.trim() === '') problems.cert = words.certMissing
  }
  return problems
}
