/** Tokens from a real endpoint over HTTP, which answers as its test wants. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type Clock, systemClock } from '../../../../runtime/src/clock.ts'
import { StepError } from '../../../../runtime/src/monitor/connection/steps.ts'
import { clientCredentials, tokenExpiredAtMs } from '../../../../runtime/src/monitor/connection/tokens.ts'
import { inEnglish } from '../../../../runtime/src/monitor/sentences.ts'

interface Asked {
  readonly authorization: string | undefined
  readonly body: string
}

async function endpoint(t: TestContext, answer: (response: ServerResponse, count: number) => void) {
  const asked: Asked[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = ''
    for await (const part of request) body += String(part)
    asked.push({ authorization: request.headers.authorization, body })
    answer(response, asked.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token` }
}

/** Moved by hand. */
class ManualClock implements Clock {
  readonly nowMs = systemClock.nowMs
  readonly after = systemClock.after
  #ms = 0

  monotonicMs(): number {
    return this.#ms
  }

  advance(ms: number): void {
    this.#ms += ms
  }
}

const client = { clientId: 'repor:ting', clientSecret: 'hid den&+ä', scope: 'kafka.read kafka.write' }

test('a token is fetched once, kept for four fifths of its life, and then renewed', async t => {
  const { asked, url } = await endpoint(t, (response, count) =>
    response.end(JSON.stringify({ access_token: `token-${count}`, token_type: 'Bearer', expires_in: 100 })),
  )
  const clock = new ManualClock()
  const token = clientCredentials({ url, ...client }, clock)
  assert.deepEqual(await Promise.all([token(), token(), token()]), ['token-1', 'token-1', 'token-1'])
  clock.advance(79_000)
  assert.equal(await token(), 'token-1')
  clock.advance(1_000)
  assert.equal(await token(), 'token-2')
  assert.equal(asked.length, 2)
  assert.deepEqual(Object.fromEntries(new URLSearchParams(asked[0]?.body)), {
    grant_type: 'client_credentials',
    scope: client.scope,
  })
  const [id, secret] = Buffer.from((asked[0]?.authorization ?? '').replace('Basic ', ''), 'base64')
    .toString()
    .split(':')
  const decoded = (text = ''): string => decodeURIComponent(text.replaceAll('+', ' '))
  assert.deepEqual([decoded(id), decoded(secret)], [client.clientId, client.clientSecret])
})

test('one that does not say how long it lives is asked for at each login', async t => {
  const { asked, url } = await endpoint(t, response => response.end('{"access_token":"short"}'))
  const token = clientCredentials({ url, ...client }, new ManualClock())
  assert.deepEqual([await token(), await token()], ['short', 'short'])
  assert.equal(asked.length, 2)
})

test('what goes wrong is told, with no secret in it, and the next login tries anew', async t => {
  const { url } = await endpoint(t, (response, count) => {
    if (count === 1) response.writeHead(401).end('{"error":"invalid_client","error_description":"no such client"}')
    else if (count === 2) response.end('<html>')
    else if (count === 3) response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    else response.end(JSON.stringify({ access_token: 'at last', expires_in: 60 }))
  })
  const token = clientCredentials({ url, ...client }, new ManualClock())
  await failsWith(token(), /401: invalid_client: no such client/, /client id/)
  await failsWith(token(), /gave no access token/, /address/)
  await failsWith(token(), /could not be reached/, /address/)
  assert.equal(await token(), 'at last')
  const nobody = clientCredentials({ url: 'http://127.0.0.1:1/token', ...client }, new ManualClock())
  await failsWith(nobody(), /127\.0\.0\.1:1\/token could not be reached/, /address/)
})

async function failsWith(promise: Promise<string>, said: RegExp, tryThis: RegExp): Promise<void> {
  await assert.rejects(promise, error => {
    assert.ok(error instanceof StepError, String(error))
    assert.match(inEnglish(error.said), said)
    assert.match(inEnglish(error.tryThis), tryThis)
    assert.doesNotMatch(JSON.stringify([error.message, error.said, error.tryThis]), /hid den|ä/)
    return true
  })
}

test('a token says itself when it is over; one that does not say is taken as it is', () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const expiring = `${part({ alg: 'none' })}.${part({ exp: 1_700_000_000 })}.`
  assert.equal(tokenExpiredAtMs(expiring, 1_700_000_000_001), 1_700_000_000_000)
  assert.equal(tokenExpiredAtMs(expiring, 1_699_999_999_999), undefined)
  for (const opaque of ['', 'abc', 'a.b.c', `${part({})}.${part({})}.`, `x.${part([])}.`])
    assert.equal(tokenExpiredAtMs(opaque, 2_000_000_000_000), undefined, opaque)
})
