import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSecureContext } from 'node:tls'
import { importClientProperties, parseProperties } from '../../../../runtime/src/monitor/connection/clientProperties.ts'
import { parseBroker } from '../../../../runtime/src/monitor/connection/config.ts'
import { wellFormedPem } from '../../../../runtime/src/monitor/connection/pem.ts'
import { inEnglish } from '../../../../runtime/src/monitor/sentences.ts'
import { certificateAuthority, encryptedKey, signedBy } from '../../../harness/certificates.ts'

const noFile = async (path: string) => assert.fail(`reads ${path}`)

test('a client’s properties with TLS and SCRAM', async () => {
  const text = `# the cluster
bootstrap.servers = one:9093, \\
                    two:9093
security.protocol=SASL_SSL
sasl.mechanism: SCRAM-SHA-512
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="al\\\\"ice" password="p;w=1";
ssl.truststore.type=PEM
ssl.truststore.location=/certs/ca.pem
`
  const { config, warnings } = await importClientProperties(text, async path => `text of ${path}`)
  assert.deepEqual(config.brokers, ['one:9093', 'two:9093'])
  assert.equal(config.tls?.ca, 'text of /certs/ca.pem')
  assert.deepEqual(config.sasl, { mechanism: 'scram-sha-512', username: 'al"ice', password: 'p;w=1' })
  assert.deepEqual(warnings, [])
})

test('a client certificate in PEM, key and all', async () => {
  const text =
    'bootstrap.servers=a:1\nsecurity.protocol=SSL\nssl.keystore.type=PEM\nssl.keystore.certificate.chain=CHAIN\nssl.keystore.key=KEY\nssl.key.password=secret\n'
  const { config } = await importClientProperties(text, noFile)
  assert.deepEqual(config.tls, { ca: undefined, certificate: 'CHAIN', key: 'KEY', passphrase: 'secret' })
})

test('what cannot be taken over is told with the way out, and no password is in it', async () => {
  const text =
    'security.protocol=SASL_SSL\nssl.truststore.location=/x/trust.jks\nssl.truststore.password=hidden1\nsasl.mechanism=GSSAPI\n'
  const { config, warnings } = await importClientProperties(text, noFile)
  assert.equal(config.sasl, undefined)
  const told = warnings.map(inEnglish).join('\n')
  assert.match(told, /bootstrap\.servers/)
  assert.match(told, /keytool .*trust\.jks/)
  assert.match(told, /GSSAPI/)
  assert.doesNotMatch(told, /hidden1/)
  await assert.rejects(importClientProperties('security.protocol=TLS', noFile), /none of PLAINTEXT/)
})

test('properties as Java reads them', () => {
  const text = 'a=1\n!no\n b : two words \nc\\ d=x\\\n   y\nempty=\nu=\\u00e9\\n\\\\\nk v\nend=back\\\\\nnext=1'
  assert.deepEqual(Object.fromEntries(parseProperties(text)), {
    a: '1',
    b: 'two words',
    'c d': 'xy',
    empty: '',
    u: 'é\n\\',
    k: 'v',
    end: 'back\\',
    next: '1',
  })
})

test('a token endpoint, in the options of the login as in properties of its own', async () => {
  const begin =
    'bootstrap.servers=a:1\nsecurity.protocol=SASL_SSL\nsasl.mechanism=OAUTHBEARER\nsasl.oauthbearer.token.endpoint.url=https://id.example/token\n'
  const login =
    'sasl.jaas.config=x.OAuthBearerLoginModule required clientId="reporting" clientSecret="hidden;1" scope="kafka.read";\n'
  const { tokenEndpoint, warnings } = await importClientProperties(begin + login, noFile)
  const expected = {
    url: 'https://id.example/token',
    clientId: 'reporting',
    clientSecret: 'hidden;1',
    scope: 'kafka.read',
  }
  assert.deepEqual(tokenEndpoint, expected)
  assert.deepEqual(warnings, [])
  const own = 'sasl.oauthbearer.client.credentials.client'
  const newer = `${own}.id=reporting\n${own}.secret=hidden;1\nsasl.oauthbearer.scope=kafka.read\n`
  assert.deepEqual((await importClientProperties(begin + newer, noFile)).tokenEndpoint, expected)
})

test('addresses', () => {
  assert.deepEqual(parseBroker(' localhost:9092 '), { host: 'localhost', port: 9092 })
  assert.deepEqual(parseBroker('[::1]:9092'), { host: '::1', port: 9092 })
  for (const text of ['localhost', 'localhost:0', 'localhost:99999', '::1:9092', 'a b:1', ':9092'])
    assert.equal(parseBroker(text), undefined, text)
})

test('a certificate or key on one line, as property files hold them, is read by OpenSSL', () => {
  const authority = certificateAuthority('on one line')
  const one = signedBy(authority, 'alice')
  for (const separator of [' ', '', '\r\n']) {
    const flat = (text: string): string => text.replaceAll('\n', separator)
    const cert = wellFormedPem(flat(one.certificate + authority.certificate))
    const key = wellFormedPem(flat(encryptedKey(one, 'open')))
    assert.ok(createSecureContext({ cert, key, passphrase: 'open' }), JSON.stringify(separator))
    assert.equal(cert.match(/BEGIN CERTIFICATE/g)?.length, 2)
  }
  assert.throws(() => createSecureContext({ cert: one.certificate.replaceAll('\n', ' ') }), /PEM/, 'the control')
  assert.equal(wellFormedPem('no certificate'), 'no certificate')
  const old = '-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAA==\n-----END RSA PRIVATE KEY-----\n'
  assert.equal(wellFormedPem(old), old, 'headers stay where they are')
})
