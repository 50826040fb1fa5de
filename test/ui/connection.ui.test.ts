import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConnectionForm, ConnectionSnapshot, ViewMessage } from '@tidemark/webview/protocol'
import { until } from '../harness/until.ts'
import type { Panel } from './panel.ts'
import { snapshotNamed } from './recorded.ts'
import { usePanels, wordsOf } from './session.ts'

const open = usePanels()

test('what is typed is sent as it was typed, and nothing else is asked for than what the protocol needs', async () => {
  const panel = await open({ view: 'connection' })
  await panel.show(connectionNamed('connection'))
  const { page } = panel
  const field = (name: string) => page.getByRole('textbox', { name, exact: true })
  assert.equal(await field('Password').isVisible(), false)
  assert.equal(await field('Certificate of the authority (CA)').isVisible(), false)

  await field('Name').fill('production')
  await field('Bootstrap brokers').fill('one:9093, two:9093')
  await choose(panel, 'Protocol', 'SASL_SSL')
  await choose(panel, 'SASL mechanism', 'SCRAM-SHA-256')
  await field('User name').fill('reporting')
  await field('Password').fill('pa"ss;=')
  await field('Client certificate').fill('/c.pem')
  await field('Client key').fill('/c.key')
  await field('Passphrase of the key').fill('open')
  await page.getByRole('button', { name: 'Save' }).click()
  assert.deepEqual(await sent(panel, 'save'), {
    ...connectionNamed('connection').form,
    name: 'production',
    brokers: 'one:9093, two:9093',
    protocol: 'SASL_SSL',
    mechanism: 'scram-sha-256',
    username: 'reporting',
    password: 'pa"ss;=',
    cert: '/c.pem',
    key: '/c.key',
    passphrase: 'open',
  })

  await choose(panel, 'SASL mechanism', 'OAUTHBEARER')
  assert.equal(await field('Password').isVisible(), false)
  await field('Bearer token').waitFor()
  await choose(panel, 'Protocol', 'PLAINTEXT')
  assert.equal(await field('Bearer token').isVisible(), false)
})

test('an answer of the host does not take away what was typed meanwhile; an import does', async () => {
  const panel = await open({ view: 'connection' })
  const first = connectionNamed('connection')
  await panel.show(first)
  const name = panel.page.getByRole('textbox', { name: 'Name', exact: true })
  await name.fill('half ty')
  await panel.show({ ...first, test: { kind: 'running', steps: [] } })
  assert.equal(await name.inputValue(), 'half ty')
  await panel.show({ ...first, revision: 1, form: { ...first.form, name: 'from a file', protocol: 'SSL' } })
  // The toolkit writes a value into its field a frame later.
  await until('the imported name', async () => (await name.inputValue()) === 'from a file')
  await panel.page.getByRole('textbox', { name: 'Client certificate', exact: true }).waitFor()
})

test('problems stand at their fields and are read out; stored secrets are kept, shown as kept, and can be forgotten', async () => {
  const panel = await open({ view: 'connection' })
  await panel.show(connectionNamed('connection-problems'))
  const alerts = await panel.page.getByRole('alert').allInnerTexts()
  assert.deepEqual(alerts, [
    '▲ A name is needed',
    '▲ "localhost" is not host:port, for example broker-1:9092',
    '▲ A user name is needed',
    '▲ This mechanism needs it',
  ])
  assert.ok(await panel.page.getByRole('button', { name: 'Test connection' }).isDisabled(), 'not trusted')

  await panel.show({ ...connectionNamed('connection-usable'), revision: 1 })
  assert.equal(await panel.page.getByRole('textbox', { name: 'Password', exact: true }).inputValue(), '')
  await panel.page.getByRole('button', { name: 'Forget Password' }).click()
  const forget = panel.messages.find(message => message.type === 'forgetSecret')
  assert.equal(forget?.secret, 'password')
})

test('the report names each step once under its broker, and says what to try', async () => {
  const panel = await open({ view: 'connection' })
  await panel.show(connectionNamed('connection-unusable'))
  const report = panel.page.getByRole('region', { name: 'Connection test' })
  const text = await wordsOf(report)
  assert.match(text, /▲ It does not work\. kafka-1\.example:9093: unable to verify/)
  assert.equal(text.match(/kafka-1\.example:9093/g)?.length, 2, 'once in the summary, once above its steps')
  assert.match(text, /encryption unable to verify .* Try: This machine does not know who signed/)
  assert.match(await wordsOf(panel.page.getByRole('region', { name: 'Not taken over' })), /keytool/)
})

test('hostile words of a broker are text', async () => {
  const panel = await open({ view: 'connection' })
  const detail = '<img src=x onerror=alert(1)>\u202egpj\u0000'
  const steps = [{ place: detail, step: 'versions', isFine: false, detail, tryThis: detail } as const]
  await panel.show({
    ...connectionNamed('connection'),
    test: { kind: 'done', isUsable: false, summary: detail, steps },
  })
  const text = await wordsOf(panel.page.getByRole('region', { name: 'Connection test' }))
  assert.equal(text.match(/<img src=x onerror=alert\(1\)>‹U\+202E›gpj␀/g)?.length, 4)
  assert.equal(await panel.page.locator('img').count(), 0)
  assert.deepEqual([...panel.violations, ...panel.errors], [])
})

function connectionNamed(name: string): ConnectionSnapshot {
  const snapshot = snapshotNamed(name)
  if (snapshot.view !== 'connection') throw new Error(`${name} is no connection`)
  return snapshot
}

async function choose({ page }: Panel, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click()
  await page.getByRole('option', { name: option }).first().click()
}

async function sent(panel: Panel, command: string): Promise<ConnectionForm | undefined> {
  const isIt = (message: ViewMessage): boolean => message.type === 'connection' && message.command === command
  const found = panel.messages.find(isIt)
  return found?.type === 'connection' ? found.form : undefined
}
