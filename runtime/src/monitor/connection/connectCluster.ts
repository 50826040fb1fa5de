/** From a connection's configuration to a client of the port, over kafkajs. */
import type { ConnectionOptions } from 'node:tls'
import type { SASLOptions } from 'kafkajs'
import type { KafkaClient } from '../../clients/client.ts'
import type { ConnectionConfig, SaslConfig, TlsConfig } from './config.ts'
import { wellFormedPem } from './pem.ts'

/** An attempt ends within this time, one way or the other. */
const connectTimeoutMs = 5_000
const requestTimeoutMs = 5_000

/** Nothing is connected yet. kafkajs is loaded when this is first called: a process that never connects never pays for it. */
export async function clusterClient({
  brokers,
  tls,
  sasl,
  clientId = 'tidemark',
}: ConnectionConfig): Promise<KafkaClient> {
  const { Kafka, logLevel } = (await import('kafkajs')).default
  const { kafkajs } = await import('../../clients/kafkajs.ts')
  const kafka = new Kafka({
    clientId,
    brokers: [...brokers],
    connectionTimeout: connectTimeoutMs,
    authenticationTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: { retries: 1, initialRetryTime: 100 },
    logLevel: logLevel.NOTHING,
    ...(tls ? { ssl: tlsOptions(tls) } : {}),
    ...(sasl ? { sasl: saslOptions(sasl) } : {}),
  })
  return kafkajs(kafka)
}

/** As `node:tls` takes it. */
export function tlsOptions({
  ca,
  certificate,
  key,
  passphrase,
  isServerVerified = true,
}: TlsConfig): ConnectionOptions {
  return {
    ...(ca === undefined ? {} : { ca: [wellFormedPem(ca)] }),
    ...(certificate === undefined ? {} : { cert: wellFormedPem(certificate) }),
    ...(key === undefined ? {} : { key: wellFormedPem(key) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    rejectUnauthorized: isServerVerified,
  }
}

function saslOptions(sasl: SaslConfig): SASLOptions {
  if (sasl.mechanism !== 'oauthbearer') return { ...sasl }
  const { token } = sasl
  return { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value: await token() }) }
}
