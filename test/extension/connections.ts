/** The form for clusters, as a person meets it: a wrong password is named, the right one works, and no secret is in the settings. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import * as vscode from 'vscode'
import { commands } from '../../client/src/contributions.ts'
import { button, choose, entries, fill, outcome, textOf, writeEntries } from './connectionForm.ts'
import { page, screenshot } from './driver.ts'
import { closeAll } from './files.ts'
import { test } from './suite.ts'
import { row } from './treeView.ts'
import { securedBrokerVariable, securedLogin } from './variables.ts'

test('a cluster is added, tested step by step, saved, edited and removed in the form', async t => {
  t.after(closeAll)
  const before = entries()
  t.after(() => writeEntries(before))
  const broker = process.env[securedBrokerVariable] ?? ''
  await vscode.commands.executeCommand('tidemark.clusters.focus')
  await vscode.commands.executeCommand(commands.addCluster)
  await fill('Name', 'guarded')
  await fill('Bootstrap brokers', broker)
  await choose('Protocol', 'SASL_PLAINTEXT')
  await choose('SASL mechanism', 'PLAIN')
  await page.click(button('Save'))
  await page.wait({ selector: '[role=alert]', text: 'A user name is needed', panel: true })

  await fill('User name', securedLogin.username)
  await fill('Password', 'a guess')
  await page.click(button('Test connection'))
  await page.wait({ ...outcome, text: 'It does not work.' })
  const steps = await page.texts({ selector: '.step-row', panel: true })
  assert.match(steps.at(-1) ?? '', /login.*user, password/i)
  assert.ok(steps.some(text => /mechanism.*PLAIN is offered/.test(text)))
  await screenshot('connection-wrong')

  await fill('Password', securedLogin.password)
  await page.click(button('Test connection'))
  await page.wait({ ...outcome, text: 'It works.' })
  await screenshot('connection-works')
  await page.click(button('Save'))
  await page.wait(row('guarded'))
  const saved = entries().find(entry => entry.name === 'guarded')
  assert.deepEqual(saved, {
    name: 'guarded',
    brokers: [broker],
    sasl: { mechanism: 'plain', username: securedLogin.username },
  })
  await page.click(row('guarded'))
  await page.wait(row('Topics'))

  // What is stored is kept where its field stays empty, under a new name too.
  await vscode.commands.executeCommand(commands.editCluster, { cluster: { name: 'guarded' } })
  await page.wait({ selector: '.hint', text: 'Stored. Empty keeps it.', panel: true })
  await fill('Name', 'renamed')
  await page.click({ selector: 'vscode-checkbox', text: 'Read only', panel: true })
  await page.click(button('Save'))
  await page.wait(row('renamed'))
  assert.equal(entries().find(entry => entry.name === 'renamed')?.readOnly, true)
  await vscode.commands.executeCommand(commands.testConnection, { cluster: { name: 'renamed' } })
  await page.wait({ ...outcome, text: 'It works.' })

  const removed = vscode.commands.executeCommand(commands.removeCluster, { cluster: { name: 'renamed' } })
  await vscode.commands.executeCommand('notifications.showList')
  await page.click({ selector: '.notifications-center .monaco-button', text: 'Remove' })
  await removed
  await page.waitHidden(row('renamed'))
  assert.deepEqual(entries(), before)
})

test('a client properties file and a compose file fill the form', async t => {
  t.after(closeAll)
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-import-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const properties = join(folder, 'reporting.properties')
  await writeFile(join(folder, 'ca.pem'), '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n')
  await writeFile(
    properties,
    `bootstrap.servers=one.example:9093,two.example:9093
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-256
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="reporting" password="hidden";
ssl.truststore.type=PEM
ssl.truststore.location=ca.pem
ssl.keystore.location=client.jks
`,
  )
  const compose = join(folder, 'compose.yaml')
  await writeFile(
    compose,
    'services:\n  kafka:\n    environment:\n      KAFKA_ADVERTISED_LISTENERS: INSIDE://kafka:29092,OUTSIDE://localhost:9094\n',
  )

  await vscode.commands.executeCommand(commands.addCluster)
  await page.click(button('Import client properties'))
  await chooseFile(properties)
  await page.wait({ selector: '.notice', text: 'keytool', panel: true })
  const field = async (label: string): Promise<string> => String(await textOf(label))
  assert.equal(await field('Name'), 'reporting')
  assert.equal(await field('Bootstrap brokers'), 'one.example:9093, two.example:9093')
  assert.equal(await field('Certificate of the authority (CA)'), join(folder, 'ca.pem'))
  assert.equal(await field('User name'), 'reporting')
  assert.equal(await field('Password'), 'hidden')
  await screenshot('connection-imported')

  const broken = join(folder, 'broken.yaml')
  await writeFile(broken, 'services:\n  kafka:\n    ports: [9092:9092\n')
  await page.click(button('Import compose file'))
  await chooseFile(broken)
  const message = 'broken.yaml is not YAML at line 4, column 1'
  await vscode.commands.executeCommand('notifications.showList')
  await page.wait({ selector: '.notifications-center', text: message })
  await screenshot('connection-broken-compose')
  await vscode.commands.executeCommand('notifications.clearAll')
  await vscode.commands.executeCommand('notifications.hideList')
  assert.equal(await field('User name'), 'reporting', 'a file that says nothing changes nothing')

  await page.click(button('Import compose file'))
  await chooseFile(compose)
  await page.waitHidden({ selector: '.notice', text: 'keytool', panel: true })
  assert.equal(await field('Bootstrap brokers'), 'localhost:9094')
})

/** In VS Code's own file dialog, which is a box to type into where there is no desktop. */
async function chooseFile(path: string): Promise<void> {
  const dialog = '.quick-input-widget:visible'
  // Until it lists a folder it may still write that folder's path over what is typed.
  await page.wait({ selector: `${dialog} .monaco-list-row` })
  await page.fill({ selector: `${dialog} input.input` }, path)
  await page.click({ selector: `${dialog} .monaco-list-row`, text: basename(path) })
  await page.waitHidden({ selector: dialog })
}
