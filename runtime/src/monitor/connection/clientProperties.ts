/**
 * Reads a Kafka client's properties file: what `kafka-console-consumer --consumer.config` and most clients take.
 *
 * @see https://kafka.apache.org/documentation/#consumerconfigs and java.util.Properties
 */

import { SaidError, saying, type Told } from '../sentences.ts'
import type { ConnectionConfig, SaslConfig, TlsConfig } from './config.ts'
import { clientCredentials, type TokenEndpoint } from './tokens.ts'

export interface ImportedConnection {
  readonly config: ConnectionConfig
  /** Where tokens are fetched; `config.sasl` does that already. */
  readonly tokenEndpoint?: TokenEndpoint | undefined
  /** What was in the file and could not be taken over. */
  readonly warnings: readonly Told[]
}

/** Reads a file named in the properties; relative names are the caller's to resolve. */
export type ReadFile = (path: string) => Promise<string>

/** @throws {SaidError} what is missing or wrong, and in which key. Never with a password in it. */
export async function importClientProperties(text: string, readFile: ReadFile): Promise<ImportedConnection> {
  const properties = parseProperties(text)
  const warnings: Told[] = []
  const brokers = (properties.get('bootstrap.servers') ?? '')
    .split(',')
    .map(broker => broker.trim())
    .filter(broker => broker !== '')
  if (brokers.length === 0) warnings.push(saying('noBootstrap'))
  const protocol = properties.get('security.protocol')?.toUpperCase() ?? 'PLAINTEXT'
  if (!protocols.includes(protocol)) throw new SaidError(saying('protocolUnknown', protocol, protocols.join(', ')))
  const tls = protocol.endsWith('SSL') ? await tlsOf(properties, readFile, warnings) : undefined
  const login = protocol.startsWith('SASL') ? saslOf(properties, warnings) : {}
  const clientId = properties.get('client.id')
  const config = { brokers, tls, sasl: login.sasl, ...(clientId === undefined ? {} : { clientId }) }
  return { config, tokenEndpoint: login.tokenEndpoint, warnings }
}

const protocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']

async function tlsOf(
  properties: ReadonlyMap<string, string>,
  readFile: ReadFile,
  warnings: Told[],
): Promise<TlsConfig> {
  const ca = await pemOf('truststore', 'certificates', properties, readFile, warnings)
  const chain = await pemOf('keystore', 'certificate.chain', properties, readFile, warnings)
  const key = properties.get('ssl.keystore.key') ?? (chain?.includes('PRIVATE KEY') ? chain : undefined)
  const isServerVerified = properties.get('ssl.endpoint.identification.algorithm') !== ''
  if (!isServerVerified) warnings.push(saying('hostNameCheck'))
  return { ca, certificate: chain, key, passphrase: properties.get('ssl.key.password') }
}

/** PEM text in the file itself, or in a PEM file it names; Java's own binary stores cannot be read here. */
async function pemOf(
  store: 'truststore' | 'keystore',
  inline: string,
  properties: ReadonlyMap<string, string>,
  readFile: ReadFile,
  warnings: Told[],
): Promise<string | undefined> {
  const text = properties.get(`ssl.${store}.${inline}`)
  if (text !== undefined) return text
  const path = properties.get(`ssl.${store}.location`)
  if (path === undefined) return undefined
  const type = (properties.get(`ssl.${store}.type`) ?? 'JKS').toUpperCase()
  if (type === 'PEM' || /\.(pem|crt|cer)$/.test(path)) return readFile(path)
  const format =
    type === 'PKCS12' || /\.(p12|pfx)$/.test(path)
      ? 'openssl pkcs12 -nodes -in STORE -out store.pem'
      : 'keytool -importkeystore -srckeystore STORE -destkeystore store.p12 -deststoretype PKCS12; openssl pkcs12 -nodes -in store.p12 -out store.pem'
  warnings.push(saying('javaStore', `ssl.${store}.location`, type, format.replace('STORE', path)))
  return undefined
}

interface ImportedLogin {
  readonly sasl?: SaslConfig
  readonly tokenEndpoint?: TokenEndpoint
}

function saslOf(properties: ReadonlyMap<string, string>, warnings: Told[]): ImportedLogin {
  const mechanism = (properties.get('sasl.mechanism') ?? 'GSSAPI').toLowerCase()
  const options = jaasOptions(properties.get('sasl.jaas.config') ?? '')
  if (mechanism === 'plain' || mechanism === 'scram-sha-256' || mechanism === 'scram-sha-512') {
    const [username, password] = [options.get('username'), options.get('password')]
    if (username === undefined || password === undefined) warnings.push(saying('noPassword'))
    return { sasl: { mechanism, username: username ?? '', password: password ?? '' } }
  }
  if (mechanism === 'oauthbearer') return tokensOf(properties, options, warnings)
  warnings.push(saying('mechanismUnknown', mechanism.toUpperCase(), 'PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER'))
  return {}
}

/** Id and secret stand in the login's options, or since Kafka 4.1 in properties of their own. @see KIP-1139 */
function tokensOf(
  properties: ReadonlyMap<string, string>,
  options: ReadonlyMap<string, string>,
  warnings: Told[],
): ImportedLogin {
  const url = properties.get('sasl.oauthbearer.token.endpoint.url')
  if (url === undefined) {
    warnings.push(saying('noToken'))
    return { sasl: { mechanism: 'oauthbearer', token: async () => '' } }
  }
  const own = 'sasl.oauthbearer.client.credentials'
  const tokenEndpoint: TokenEndpoint = {
    url,
    clientId: options.get('clientId') ?? properties.get(`${own}.client.id`) ?? '',
    clientSecret: options.get('clientSecret') ?? properties.get(`${own}.client.secret`) ?? '',
    scope: options.get('scope') ?? properties.get('sasl.oauthbearer.scope'),
  }
  return { sasl: { mechanism: 'oauthbearer', token: clientCredentials(tokenEndpoint) }, tokenEndpoint }
}

/** `org...PlainLoginModule required username="a" password="b\"c";` */
function jaasOptions(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/g)
  return new Map([...found].map(([, name = '', quoted, bare]) => [name, quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '']))
}

/** java.util.Properties: comments, `=` or `:` or a space between, lines continued by a backslash, `\n \t \uXXXX`. */
export function parseProperties(text: string): ReadonlyMap<string, string> {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  const logical: string[] = []
  for (let i = 0; i < lines.length; i++) {
    let line = (lines[i] ?? '').trimStart()
    if (line === '' || line.startsWith('#') || line.startsWith('!')) continue
    while (/(^|[^\\])(\\\\)*\\$/.test(line) && i + 1 < lines.length)
      line = line.slice(0, -1) + (lines[++i] ?? '').trimStart()
    logical.push(line)
  }
  return new Map(
    logical.map((line): [string, string] => {
      const [, key = '', value = ''] = /^((?:\\.|[^=:\s\\])*)\s*[=:]?\s*([\s\S]*)$/.exec(line) ?? []
      return [unescaped(key), unescaped(value).trimEnd()]
    }),
  )
}

function unescaped(text: string): string {
  const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f' }
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/g, (_, code?: string, letter = '') =>
    code ? String.fromCharCode(Number.parseInt(code, 16)) : (letters[letter] ?? letter),
  )
}
