/**
 * Tokens of OAUTHBEARER: fetched from a token endpoint by the client credentials grant and renewed in time, or given by
 * hand and then good until they expire.
 *
 * @see RFC 6749, sections 2.3.1 and 4.4; RFC 7519, section 4.1.4; KIP-768
 */
import { type Clock, systemClock } from '../../clock.ts'
import { reasonOf } from '../reasons.ts'
import { saying } from '../sentences.ts'
import { StepError } from './steps.ts'

const timeoutMs = 5_000
const answerCharactersMax = 64 << 10
/** Of a token's life after which a new one is fetched, as Java's client does. */
const renewedAfter = 0.8

export interface TokenEndpoint {
  /** `https://login.example/oauth2/token`. */
  readonly url: string
  readonly clientId: string
  readonly clientSecret: string
  /** Rights asked for, separated by spaces. */
  readonly scope?: string | undefined
}

/**
 * A source of tokens for {@link SaslConfig}. One is kept for four fifths of its life; of those who ask meanwhile nobody
 * makes a request of their own.
 *
 * @throws {StepError} from the source: the endpoint cannot be reached, refuses, or gives no token. No secret is in it.
 */
export function clientCredentials(endpoint: TokenEndpoint, clock: Clock = systemClock): () => Promise<string> {
  let kept: { readonly token: Promise<string>; untilMs: number } | undefined
  return () => {
    if (kept && clock.monotonicMs() < kept.untilMs) return kept.token
    const askedMs = clock.monotonicMs()
    const answer = askForToken(endpoint)
    const mine = { token: answer.then(({ token }) => token), untilMs: Number.POSITIVE_INFINITY }
    kept = mine
    answer.then(
      ({ livesSeconds }) => {
        mine.untilMs = askedMs + livesSeconds * 1_000 * renewedAfter
      },
      () => {
        if (kept === mine) kept = undefined
      },
    )
    return mine.token
  }
}

async function askForToken({ url, clientId, clientSecret, scope }: TokenEndpoint) {
  const { status, text } = await post(url, {
    authorization: `Basic ${Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64')}`,
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope ? { scope } : {}) }),
  })
  const answer = parsed(text)
  if (status !== 200) {
    const said = [answer.error, answer.error_description].filter(part => typeof part === 'string').join(': ')
    throw new StepError(saying('endpointRefused', url, status, said || '-'), saying('tryClient'))
  }
  const token = answer.access_token
  if (typeof token !== 'string' || token === '')
    throw new StepError(saying('endpointStrange', url), saying('tryEndpoint'))
  const livesSeconds = Number(answer.expires_in)
  // An endpoint need not say how long it lives; then each login asks anew.
  return { token, livesSeconds: livesSeconds > 0 ? livesSeconds : 0 }
}

async function post(url: string, { authorization, body }: { authorization: string; body: URLSearchParams }) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization, accept: 'application/json' },
      body,
      // A secret is not carried on to wherever an answer points.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    return { status: response.status, text: await bounded(response) }
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
    throw new StepError(saying('endpointUnreachable', url, reasonOf(cause)), saying('tryEndpoint'))
  }
}

/** The beginning of an answer: what is longer is none of a token endpoint. */
async function bounded({ body }: Response): Promise<string> {
  let text = ''
  if (!body) return text
  for await (const part of body.pipeThrough(new TextDecoderStream())) {
    text += part
    if (text.length > answerCharactersMax) break
  }
  return text.slice(0, answerCharactersMax)
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** RFC 6749, appendix B: id and secret are form-encoded before they are joined. */
function formEncoded(text: string): string {
  return new URLSearchParams({ _: text }).toString().slice(2)
}

/**
 * When a token's own claim says that it is over. `undefined`: it is not, or it does not say (an opaque token).
 *
 * @param nowMs - milliseconds since the epoch
 * @returns likewise
 */
export function tokenExpiredAtMs(token: string, nowMs = systemClock.nowMs()): number | undefined {
  const claims = parsed(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
  const atMs = Number(claims.exp) * 1_000
  return atMs <= nowMs ? atMs : undefined
}
