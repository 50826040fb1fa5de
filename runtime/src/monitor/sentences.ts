/**
 * What the monitor says of what it could not read, and a connection test and an import of what they found, as one table: the
 * English stands here, and whoever shows it to a person elsewhere (the editor) translates the sentence and fills in the same
 * values.
 *
 * Words that are nobody's language, such as an address or a code of the operating system, stay as they are.
 */
import { type CodeName, codeSentences } from '../clients/kafka-protocol/errorCodes.ts'

const ownSentences = {
  // What was found
  isAddress: '{0} is an address',
  hostAndPort: 'host and port',
  connected: 'connected',
  encrypted: 'encrypted, certificate accepted',
  kafkaAnswers: 'Kafka answers with {0} kinds of requests',
  mechanismOffered: '{0} is offered',
  loggedIn: 'logged in with {0}',
  noLogin: 'no login is needed',
  visible: 'visible: brokers {0}, topics {1}, groups {2}',
  advertisedReached: 'broker {0}: the advertised address can be reached',

  // What failed
  notHostPort: "'{0}' is not host:port",
  nameUnknown: "no address is known for '{0}' ({1})",
  notReached: '{0} could not be reached: {1}',
  tlsFailed: 'the handshake failed: {0}',
  notKafka: 'no answer that Kafka would give: {0}',
  mechanismMissing: 'the listener does not offer {0} but {1}',
  noSasl: 'the listener does not speak of SASL: {0}',
  noMechanism: 'it offers no mechanism',
  lateHandshake: 'nothing within {0} s',
  silence: 'silence for {0} s',
  closed: 'the connection was closed',
  strangeBytes: "bytes that are not Kafka's ({0})",
  loginRefused: 'the login was refused: {0}',
  lookRefused: 'asking about {0} gave {1}',
  advertisedLost: 'broker {0}: the advertised address is of no use: {1}',
  failed: 'it failed: {0}',
  tokenExpired: 'the token expired at {0}',
  endpointUnreachable: 'the token endpoint {0} could not be reached: {1}',
  endpointRefused: 'the token endpoint {0} answered {1}: {2}',
  endpointStrange: 'the token endpoint {0} gave no access token',

  // What to try
  tryAddress: 'Write it like localhost:9092, or [::1]:9092 for an IPv6 address.',
  tryName:
    'Check the spelling; inside a company the name may only be known on its network or VPN; a name inside Docker is not known outside.',
  tryPort: 'Nothing listens there: is the broker running, and is it this port?',
  tryNetwork: 'A firewall, VPN or proxy may stand between; is the address reachable from this machine at all?',
  tryClientCertificateOrKafka: 'Does this listener want a client certificate, or is it not Kafka at all?',
  tryTls: 'This listener may expect TLS, or it is not Kafka at all (a REST proxy, ZooKeeper, a web server).',
  tryMechanism: 'Choose one of {0}.',
  tryNoLogin: 'It may need no login at all: leave the mechanism out, or use the port of the listener that does.',
  tryCa: "This machine does not know who signed the broker's certificate: give the authority's certificate (CA).",
  tryOtherName: "The broker's certificate is for other names than '{0}': use one of them, or have it issued anew.",
  tryValidity: "The broker's certificate is not valid today: renew it, or look at this machine's clock.",
  tryPassphrase: 'The key is encrypted: give its passphrase, or the right one.',
  tryKeyPair: 'Key and certificate do not belong together.',
  tryPem: 'A certificate or key is not in PEM form (a Java keystore must be converted first).',
  tryClientCertificate:
    'The broker wants a client certificate, or does not accept this one: give one that its authority has signed.',
  tryPlaintext: 'This listener does not seem to speak TLS: is it the plaintext port?',
  tryListener: 'Is this the TLS listener, and are the certificates the right ones?',
  tryCredentials: 'Check user, password or certificate, and that the listener uses this mechanism.',
  tryRights: 'Ask for DESCRIBE on the cluster and on the groups; topics without that right are not shown at all.',
  tryAdvertised:
    'If this broker runs, correct its advertised.listeners: clients use the address that is told there, not the one they began with.',
  trySilent: 'See whether this broker is down, overloaded or out of reach; the others can be worked with meanwhile.',
  tryReason: "See the reason; the broker's log may say more.",
  tryNewToken:
    'Get a new token and set it: a token given by hand is never renewed. With a token endpoint, tokens are fetched and renewed by themselves.',
  tryEndpoint: 'Check the address of the token endpoint, and that this machine reaches it.',
  tryClient: 'Check client id, client secret and scope with whoever runs the token endpoint.',

  // What an import could not take over
  noBootstrap: "'bootstrap.servers' is missing: give the brokers' addresses.",
  protocolUnknown: "'security.protocol' is '{0}', which is none of {1}.",
  hostNameCheck:
    "'ssl.endpoint.identification.algorithm' is empty: host names are not checked in Java; here the whole certificate would go unchecked, so the check stays on.",
  javaStore: "'{0}' names a {1} store, which only Java reads. Convert it: {2}",
  noPassword: "'sasl.jaas.config' holds no username and password: they will be asked for.",
  noToken:
    "No token endpoint is in the file ('sasl.oauthbearer.token.endpoint.url'): give one, or a token, which is then not renewed.",
  mechanismUnknown: "'sasl.mechanism' {0} is not supported: {1} are.",

  // What a refresh could not read, and why
  placeBroker: 'broker {0} ({1})',
  placeGroup: 'group {0}',
  refused: 'nothing listens there ({0})',
  unreachable: 'it cannot be reached from here ({0})',
  nameless: 'its name is not known here ({0})',
  noConnection: 'no connection in time',
  broken: 'the connection broke ({0})',
  noAnswer: 'no answer to {0} in time',
  unknownCode: 'see the error codes of the Kafka protocol',
} as const

export const monitorSentences = { ...codeSentences, ...ownSentences }

export type Sentence = keyof typeof ownSentences | CodeName

/** A sentence of the table with what fills its places; a value may be such a sentence itself. */
export interface Saying {
  readonly sentence: Sentence
  readonly values: readonly Told[]
}

/** A saying, words that are the same in every language, or several of these one after another. */
export type Told = string | Saying | readonly Told[]

/** @example saying('tryMechanism', 'PLAIN, SCRAM-SHA-256') */
export function saying(sentence: Sentence, ...values: readonly (Told | number)[]): Saying {
  return { sentence, values: values.map(value => (typeof value === 'number' ? String(value) : value)) }
}

/** Fills in a sentence that `translate` has put into the reader's language. */
export function tell(told: Told, translate: (english: string) => string): string {
  if (typeof told === 'string') return told
  if (isList(told)) return told.map(part => tell(part, translate)).join('')
  const values = told.values.map(value => tell(value, translate))
  return translate(monitorSentences[told.sentence]).replace(/\{(\d)\}/g, (_, index) => values[Number(index)] ?? '')
}

function isList(told: Told): told is readonly Told[] {
  return Array.isArray(told)
}

export function inEnglish(told: Told): string {
  return tell(told, english => english)
}

/** A failure that can be told in any language; its message is the English. */
export class SaidError extends Error {
  readonly said: Told

  constructor(said: Told, options?: ErrorOptions) {
    super(inEnglish(said), options)
    this.name = 'SaidError'
    this.said = said
  }
}
