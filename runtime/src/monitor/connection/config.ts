/** How a cluster is reached: addresses, TLS and SASL, with the secrets themselves. Kept in memory only, never written or logged. */

export interface ConnectionConfig {
  /** `host:port` or `[v6]:port`. */
  readonly brokers: readonly string[]
  /** There: TLS is spoken; `{}` trusts what this machine trusts. */
  readonly tls?: TlsConfig | undefined
  readonly sasl?: SaslConfig | undefined
  /** @defaultValue 'tidemark' */
  readonly clientId?: string | undefined
}

/** Texts in PEM form. */
export interface TlsConfig {
  /** Certificates of the authority that signed the brokers'. */
  readonly ca?: string | undefined
  /** The client's own certificate and key, where the brokers ask for one. */
  readonly certificate?: string | undefined
  readonly key?: string | undefined
  /** Of an encrypted key. */
  readonly passphrase?: string | undefined
  /** @defaultValue true. False accepts any certificate and so any man in the middle. */
  readonly isServerVerified?: boolean | undefined
}

export type SaslConfig =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
      readonly username: string
      readonly password: string
    }
  | {
      readonly mechanism: 'oauthbearer'
      /** Asked for at each login. */
      readonly token: () => Promise<string>
    }

export interface BrokerPlace {
  readonly host: string
  readonly port: number
}

/** `undefined`: not `host:port`. */
export function parseBroker(text: string): BrokerPlace | undefined {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:\s[\]]+)):(\d{1,5})$/.exec(text.trim())
  const port = Number(match?.[3])
  const host = match?.[1] ?? match?.[2]
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined
}
