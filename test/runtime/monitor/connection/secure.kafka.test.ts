/** Every way of logging in, and every way in which that fails, on a real broker with those listeners. */
import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { before, test } from 'node:test'
import {
  type ConnectionConfig,
  type ConnectionReport,
  clientCredentials,
  inEnglish,
  openCluster,
  testConnection,
} from '@tidemark/runtime/monitor'
import { freePorts } from '../../../../runtime/src/localKafka/ports.ts'
import { certificateAuthority, encryptedKey, signedBy } from '../../../harness/certificates.ts'
import { type TestKafka, useKafka } from '../../../harness/kafka.ts'
import { fileScope } from '../../../harness/scope.ts'

const authority = certificateAuthority('Tidemark test authority')
const stranger = certificateAuthority('another authority')
const server = signedBy(authority, 'broker', ['127.0.0.1'])
const client = signedBy(authority, 'alice')
const user = { username: 'alice', password: 'al"ice;s=secret' }

const names = ['TLS', 'MUTUAL', 'PLAIN', 'SCRAM', 'TOKEN'] as const
const at = {} as Record<(typeof names)[number] | 'NONE', string>
const scope = fileScope()
let kafka: TestKafka

before(async () => {
  const ports = await freePorts(names.length)
  const protocols = {
    TLS: 'SSL',
    MUTUAL: 'SSL',
    PLAIN: 'SASL_SSL',
    SCRAM: 'SASL_PLAINTEXT',
    TOKEN: 'SASL_PLAINTEXT',
  } as const
  const secureListeners = names.map((name, i) => ({ name, protocol: protocols[name], ports: [ports[i] as number] }))
  kafka = await useKafka(scope, { secureListeners, configs: listenerConfigs() })
  for (const [i, name] of names.entries()) at[name] = `127.0.0.1:${ports[i]}`
  at.NONE = kafka.brokers[0] as string
  const who = ['--bootstrap-server', at.NONE, '--alter', '--entity-type', 'users', '--entity-name', user.username]
  for (const mechanism of ['SCRAM-SHA-256', 'SCRAM-SHA-512'])
    await kafka.tool('kafka.admin.ConfigCommand', [...who, '--add-config', `${mechanism}=[password=${user.password}]`])
})

function listenerConfigs(): Record<string, string> {
  const tls = (name: string, more: Record<string, string>) =>
    Object.entries({
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.key': server.key,
      'ssl.keystore.certificate.chain': server.certificate,
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.certificates': authority.certificate,
      ...more,
    }).map(([key, value]) => [`listener.name.${name}.${key}`, value])
  const modules = 'org.apache.kafka.common.security'
  const password = user.password.replaceAll('"', '\\"')
  return Object.fromEntries([
    ...tls('tls', {}),
    ...tls('mutual', { 'ssl.client.auth': 'required' }),
    ...tls('plain', {}),
    ['listener.name.plain.sasl.enabled.mechanisms', 'PLAIN'],
    [
      'listener.name.plain.plain.sasl.jaas.config',
      `${modules}.plain.PlainLoginModule required user_alice="${password}";`,
    ],
    ['listener.name.scram.sasl.enabled.mechanisms', 'SCRAM-SHA-256,SCRAM-SHA-512'],
    ['listener.name.scram.scram-sha-256.sasl.jaas.config', `${modules}.scram.ScramLoginModule required;`],
    ['listener.name.scram.scram-sha-512.sasl.jaas.config', `${modules}.scram.ScramLoginModule required;`],
    ['listener.name.token.sasl.enabled.mechanisms', 'OAUTHBEARER'],
    [
      'listener.name.token.oauthbearer.sasl.jaas.config',
      `${modules}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
    ],
  ])
}

/** An unsecured token, as RFC 7515 allows in its appendix A.5 and Kafka without further configuration accepts. */
function token(expiresInSeconds: number): string {
  const now = Math.floor(Date.now() / 1_000)
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ sub: 'alice', iat: now - 10, exp: now + expiresInSeconds })}.`
}

const tls = { ca: authority.certificate }
const ways: readonly (readonly [string, () => ConnectionConfig])[] = [
  ['plaintext', () => ({ brokers: [at.NONE] })],
  ['TLS', () => ({ brokers: [at.TLS], tls })],
  [
    'TLS with a client certificate',
    () => ({ brokers: [at.MUTUAL], tls: { ...tls, certificate: client.certificate, key: client.key } }),
  ],
  [
    'TLS with an encrypted key',
    () => ({
      brokers: [at.MUTUAL],
      tls: { ...tls, certificate: client.certificate, key: encryptedKey(client, 'open'), passphrase: 'open' },
    }),
  ],
  ['SASL PLAIN over TLS', () => ({ brokers: [at.PLAIN], tls, sasl: { mechanism: 'plain', ...user } })],
  ['SCRAM-SHA-256', () => ({ brokers: [at.SCRAM], sasl: { mechanism: 'scram-sha-256', ...user } })],
  ['SCRAM-SHA-512', () => ({ brokers: [at.SCRAM], sasl: { mechanism: 'scram-sha-512', ...user } })],
  ['OAUTHBEARER', () => ({ brokers: [at.TOKEN], sasl: { mechanism: 'oauthbearer', token: async () => token(600) } })],
]

for (const [name, config] of ways) {
  test(`${name} works, step by step`, async () => {
    const report = await testConnection(config())
    assert.equal(report.isUsable, true, told(report))
    assert.ok(report.steps.some(({ step }) => step === 'authorisation'))
    const monitor = await openCluster(config())
    assert.equal((await monitor.refresh()).brokers.length, 1)
    await monitor.close()
  })
}

const encrypted = () => ({ ...tls, certificate: client.certificate, key: encryptedKey(client, 'open') })
const failures: readonly (readonly [string, () => ConnectionConfig, step: string, said: RegExp])[] = [
  ['an address without a port', () => ({ brokers: ['localhost'] }), 'address', /localhost:9092/],
  ['a name that does not exist', () => ({ brokers: ['no-such-host.invalid:9092'] }), 'dns', /spelling/],
  ['a port nobody listens on', () => ({ brokers: ['127.0.0.1:1'] }), 'tcp', /Nothing listens/],
  ['plaintext spoken to TLS', () => ({ brokers: [at.TLS] }), 'versions', /may expect TLS/],
  ['TLS spoken to plaintext', () => ({ brokers: [at.NONE], tls }), 'tls', /plaintext port/],
  [
    'an authority that is not known',
    () => ({ brokers: [at.TLS], tls: { ca: stranger.certificate } }),
    'tls',
    /give the authority's certificate/,
  ],
  [
    'no client certificate where one is wanted',
    () => ({ brokers: [at.MUTUAL], tls }),
    'versions',
    /client certificate/,
  ],
  ['an encrypted key without its passphrase', () => ({ brokers: [at.MUTUAL], tls: encrypted() }), 'tls', /passphrase/],
  [
    'an encrypted key with the wrong one',
    () => ({ brokers: [at.MUTUAL], tls: { ...encrypted(), passphrase: 'shut' } }),
    'tls',
    /passphrase/,
  ],
  [
    'a certificate that is none',
    () => ({ brokers: [at.MUTUAL], tls: { ...tls, certificate: 'x', key: client.key } }),
    'tls',
    /PEM/,
  ],
  [
    'a mechanism that is not offered',
    () => ({ brokers: [at.SCRAM], sasl: { mechanism: 'plain', ...user } }),
    'sasl',
    /Choose one of SCRAM-SHA-/,
  ],
  [
    'a login where none is needed',
    () => ({ brokers: [at.NONE], sasl: { mechanism: 'plain', ...user } }),
    'sasl',
    /leave the mechanism out/,
  ],
  [
    'a wrong password',
    () => ({ brokers: [at.SCRAM], sasl: { mechanism: 'scram-sha-256', username: 'alice', password: 'guess' } }),
    'login',
    /user, password/,
  ],
  [
    'an expired token',
    () => ({ brokers: [at.TOKEN], sasl: { mechanism: 'oauthbearer', token: async () => token(-600) } }),
    'login',
    /expired at .*never renewed/,
  ],
]

for (const [name, config, step, said] of failures) {
  test(`${name}: the step is named, and what to try`, async () => {
    const report = await testConnection(config())
    assert.equal(report.isUsable, false)
    const failed = report.steps.filter(({ isFine }) => !isFine)
    assert.equal(failed[0]?.step, step, told(report))
    assert.match(`${inEnglish(failed[0]?.detail ?? '')} ${inEnglish(failed[0]?.tryThis ?? '')}`, said)
    assert.doesNotMatch(JSON.stringify(report), /ice;s=secret|guess/, 'no password in a report')
  })
}

test('tokens from an endpoint: the broker takes what it gives, a refusal there is told as that', async t => {
  const login = `Basic ${Buffer.from('reporting:hidden').toString('base64')}`
  const identity = createHttpServer((request, response) => {
    if (request.headers.authorization !== login) response.writeHead(401).end('{"error":"invalid_client"}')
    else response.end(JSON.stringify({ access_token: token(600), expires_in: 600 }))
  })
  t.after(() => identity.close())
  await new Promise<void>(listening => identity.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(identity.address() as { port: number }).port}/token`
  const reached = (clientSecret: string): ConnectionConfig => ({
    brokers: [at.TOKEN],
    sasl: { mechanism: 'oauthbearer', token: clientCredentials({ url, clientId: 'reporting', clientSecret }) },
  })
  const report = await testConnection(reached('hidden'))
  assert.equal(report.isUsable, true, told(report))
  const refused = await testConnection(reached('guess'))
  assert.match(told(refused), /login: the token endpoint .* answered 401: invalid_client .*client id/)
  assert.doesNotMatch(told(refused), /guess/)
})

test('a login that is needed and not given', async () => {
  const report = await testConnection({ brokers: [at.SCRAM] })
  assert.equal(report.isUsable, false, told(report))
})

test('something that is not Kafka', async t => {
  const web = createServer(socket => socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
  t.after(() => web.close())
  await new Promise<void>(listening => web.listen(0, '127.0.0.1', listening))
  const { port } = web.address() as { port: number }
  const report = await testConnection({ brokers: [`127.0.0.1:${port}`] })
  assert.match(inEnglish(report.steps.at(-1)?.detail ?? ''), /bytes that are not Kafka's/)
})

test('one broker of two that is down does not make the cluster unusable, and is named', async () => {
  const report = await testConnection({ brokers: ['127.0.0.1:1', at.NONE] })
  assert.equal(report.isUsable, true, told(report))
  assert.deepEqual(
    report.steps.filter(({ isFine }) => !isFine).map(({ place }) => place),
    ['127.0.0.1:1'],
  )
})

function told({ steps }: ConnectionReport): string {
  return steps
    .map(
      ({ place, step, isFine, detail, tryThis }) =>
        `${isFine ? '+' : '-'} ${place} ${step}: ${inEnglish(detail)} ${inEnglish(tryThis ?? '')}`,
    )
    .join('\n')
}
