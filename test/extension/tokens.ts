/** Logins by OAUTHBEARER from the form: a token by hand, tokens from an endpoint, and one that is over by its own word. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as vscode from 'vscode'
import { commands, settings } from '../../client/src/contributions.ts'
import { button, choose, entries, fill, outcome, writeEntries } from './connectionForm.ts'
import { page, screenshot } from './driver.ts'
import { closeAll } from './files.ts'
import { type TestScope, test } from './suite.ts'
import { collapseAll, row } from './treeView.ts'
import { securedBrokerVariable } from './variables.ts'

test('a cluster with a token by hand: saved without it, connected with it, and told when it is over', async t => {
  await openForm(t, 'by-hand')
  await page.click(button('Save'))
  await page.wait({ selector: '[role=alert]', text: 'This mechanism needs it', panel: true })
  await fill('Bearer token', token(-60))
  await page.click(button('Test connection'))
  await page.wait({ ...outcome, text: 'It does not work.' })
  await page.wait({ selector: '.step-row', text: 'the token expired at', panel: true })
  await screenshot('connection-token-expired')
  await page.click(button('Save'))
  await page.wait(row('by-hand'))
  assert.deepEqual(entryNamed('by-hand')?.sasl, { mechanism: 'oauthbearer' })
  assert.doesNotMatch(JSON.stringify(entries()), /eyJ/, 'the token is in the settings')

  // The tree says what the broker would not: that it is the token's time, and where to set a new one.
  await page.click(row('by-hand'))
  await page.wait(row('The token of by-hand expired at'))
  await screenshot('tree-token-expired')
  await vscode.commands.executeCommand(commands.editCluster, { cluster: { name: 'by-hand' } })
  await page.wait({ selector: '.hint', text: 'Stored. Empty keeps it.', panel: true })
  await fill('Bearer token', token(600))
  await page.click(button('Test connection'))
  await page.wait({ ...outcome, text: 'It works.' })
  await page.click(button('Save'))
  await opens('by-hand')
})

test('a cluster with a token endpoint: its secret is kept apart, its tokens are fetched', async t => {
  const endpoint = await tokenEndpoint(t)
  await openForm(t, 'fetched')
  await fill('Token endpoint', endpoint.url)
  await fill('Client id', 'reporting')
  await fill('Client secret', 'a guess')
  await page.click(button('Test connection'))
  await page.wait({ ...outcome, text: 'It does not work.' })
  await page.wait({ selector: '.step-row', text: 'invalid_client', panel: true })
  await screenshot('connection-token-refused')
  await fill('Client secret', endpoint.clientSecret)
  await page.click(button('Test connection'))
  await page.wait({ ...outcome, text: 'It works.' })
  await page.click(button('Save'))
  await page.wait(row('fetched'))
  assert.deepEqual(entryNamed('fetched')?.sasl, {
    mechanism: 'oauthbearer',
    tokenEndpoint: endpoint.url,
    clientId: 'reporting',
  })
  assert.doesNotMatch(JSON.stringify(entries()), new RegExp(endpoint.clientSecret))
  await opens('fetched')
})

/** Its row, and no other. */
async function opens(name: string): Promise<void> {
  await vscode.commands.executeCommand(collapseAll)
  await page.click(row(name))
  await page.wait(row('Topics'))
}

async function openForm(t: TestScope, name: string): Promise<void> {
  t.after(closeAll)
  const before = entries()
  t.after(() => writeEntries(before))
  await vscode.commands.executeCommand('tidemark.clusters.focus')
  await vscode.commands.executeCommand(commands.addCluster)
  await fill('Name', name)
  await fill('Bootstrap brokers', process.env[securedBrokerVariable] ?? '')
  await choose('Protocol', 'SASL_PLAINTEXT')
  await choose('SASL mechanism', 'OAUTHBEARER')
}

interface Entry {
  readonly name: string
  readonly sasl?: unknown
}

function entryNamed(wanted: string): Entry | undefined {
  return vscode.workspace
    .getConfiguration()
    .get<readonly Entry[]>(settings.clusters, [])
    .find(({ name }) => name === wanted)
}

/** What RFC 6749 calls the token endpoint: it knows one client. */
async function tokenEndpoint(t: TestScope) {
  const clientSecret = 'kept-apart'
  const server = createServer((request, response) => {
    const expected = `Basic ${Buffer.from(`reporting:${clientSecret}`).toString('base64')}`
    if (request.headers.authorization !== expected) response.writeHead(401).end('{"error":"invalid_client"}')
    else response.end(JSON.stringify({ access_token: token(600), expires_in: 600 }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`, clientSecret }
}

/** Unsecured, as RFC 7515 allows in its appendix A.5 and Kafka without further configuration accepts. */
function token(expiresInSeconds: number): string {
  const nowSeconds = Math.floor(Date.now() / 1_000)
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { sub: 'alice', iat: nowSeconds - 120, exp: nowSeconds + expiresInSeconds }
  return `${part({ alg: 'none' })}.${part(claims)}.`
}
