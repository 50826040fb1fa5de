/** Certificates for tests: an authority, and what it signs. Written in DER by hand, since Node can sign but not issue. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export interface Certificate {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS#8. */
  readonly key: string
  readonly keyObject: KeyObject
  readonly name: string
}

/** An authority that signs itself. */
export function certificateAuthority(name: string): Certificate {
  return issue({ name, isAuthority: true })
}

/** A certificate for a server (`hosts`) or a client (none), signed by `by`. */
export function signedBy(by: Certificate, name: string, hosts: readonly string[] = []): Certificate {
  return issue({ name, hosts, by })
}

/** The same key, encrypted. */
export function encryptedKey({ keyObject }: Certificate, passphrase: string): string {
  return keyObject.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString()
}

interface Wish {
  readonly name: string
  readonly hosts?: readonly string[]
  readonly isAuthority?: boolean
  readonly by?: Certificate
}

function issue({ name, hosts = [], isAuthority = false, by }: Wish): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const extensions = [
    extension('2.5.29.19', sequence(...(isAuthority ? [der(0x01, Buffer.from([0xff]))] : []))),
    ...(hosts.length > 0 ? [extension('2.5.29.17', sequence(...hosts.map(hostName)))] : []),
  ]
  const serial = Buffer.concat([Buffer.from([1]), randomBytes(8)])
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    sequence(objectId(ecdsaWithSha256)),
    distinguishedName(by?.name ?? name),
    sequence(utcTime('240101000000Z'), utcTime('491231235959Z')),
    distinguishedName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', body, by?.keyObject ?? privateKey)
  const whole = sequence(
    body,
    sequence(objectId(ecdsaWithSha256)),
    der(0x03, Buffer.concat([Buffer.from([0]), signature])),
  )
  const lines = whole
    .toString('base64')
    .replace(/(.{64})/g, '$1\n')
    .trim()
  return {
    name,
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    keyObject: privateKey,
  }
}

const ecdsaWithSha256 = '1.2.840.10045.4.3.2'

function der(tag: number, content: Buffer): Buffer {
  const length = content.length
  const head = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function objectId(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const part of rest) {
    const groups = [part & 0x7f]
    for (let left = part >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return der(0x06, Buffer.from(bytes))
}

function distinguishedName(commonName: string): Buffer {
  return sequence(der(0x31, sequence(objectId('2.5.4.3'), der(0x0c, Buffer.from(commonName)))))
}

function utcTime(text: string): Buffer {
  return der(0x17, Buffer.from(text))
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), der(0x04, value))
}

/** An address is four bytes under tag 7, a name is text under tag 2. */
function hostName(host: string): Buffer {
  const parts = host.split('.').map(Number)
  return parts.length === 4 && parts.every(Number.isInteger)
    ? der(0x87, Buffer.from(parts))
    : der(0x82, Buffer.from(host))
}
