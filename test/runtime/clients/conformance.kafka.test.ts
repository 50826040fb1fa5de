/** Every adapter against everything the client port promises, on a real broker; what it shows is the table in the docs. */
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { type TestKafka, useKafka } from '../../harness/kafka.ts'
import { fileScope } from '../../harness/scope.ts'
import { repositoryRoot } from '../../tidy/files.ts'
import { clientsPage, type Subject, updateVariable } from './clientsPage.ts'
import { membership } from './promises/membership.ts'
import { producing } from './promises/producing.ts'
import { reading } from './promises/reading.ts'
import { topics } from './promises/topics.ts'
import { transactions } from './promises/transactions.ts'
import { zombies } from './promises/zombies.ts'
import { adapters, Stage } from './stage.ts'

const subjects: readonly Subject[] = [
  { name: 'Reading', promises: reading },
  { name: 'Membership', promises: membership },
  { name: 'Zombies', promises: zombies },
  { name: 'Producing', promises: producing },
  { name: 'Transactions', promises: transactions },
  { name: 'Topics and brokers', promises: topics },
]
const pagePath = join(repositoryRoot, 'runtime', 'docs', 'clients.md')
const kept = new Set<string>()
const scope = fileScope()
let kafka: TestKafka

before(async () => {
  kafka = await useKafka(scope)
})

for (const adapter of adapters) {
  describe(adapter.name, () => {
    for (const { name, promises } of subjects) {
      describe(name, () => {
        for (const promised of promises) {
          test(promised.says, async t => {
            const { needsOwnBrokers: brokers } = promised
            const own = brokers ? await useKafka(t, { isOwn: true, brokers }) : kafka
            await promised.prove(new Stage(t, adapter, own))
            kept.add(`${adapter.name} ${promised.says}`)
          })
        }
      })
    }
  })
}

test('the table in the documents is what this run has shown', async () => {
  const page = clientsPage(subjects, (adapter, says) => kept.has(`${adapter} ${says}`))
  if (process.env[updateVariable]) await writeFile(pagePath, page)
  const written = await readFile(pagePath, 'utf8').catch(() => '')
  assert.equal(written, page, `runtime/docs/clients.md is stale: run this file with ${updateVariable}=1`)
})
