/** The overview's lag: of pipelines that keep their offsets themselves, kept over a lost connection, and nothing while hidden. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { checkpoint } from '@tidemark/runtime/stores/checkpoint'
import { postgres } from '@tidemark/runtime/stores/postgres'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { zookeeper } from '@tidemark/runtime/stores/zookeeper'
import * as vscode from 'vscode'
import { extensionId } from '../../client/src/contributions.ts'
import { until } from '../harness/until.ts'
import { startSimulatedCluster } from '../sim/servers.ts'
import { page, screenshot } from './driver.ts'
import { closeAll, open } from './files.ts'
import { admin, makeTopic, produceOrders } from './kafka.ts'
import { openGroup } from './overview.ts'
import { type TestScope, test } from './suite.ts'
import { postgresVariable, zookeeperVariable } from './variables.ts'

test('pipelines whose offsets lie in a database, a checkpoint or ZooKeeper stand in the same table', async t => {
  t.after(closeAll)
  const topic = await makeTopic(t, 'kept')
  await produceOrders(topic, [30, 20, 10])
  const folder = workspaceFolder()
  mkdirSync(join(folder, 'kept'), { recursive: true })
  const { [postgresVariable]: database = '', [zookeeperVariable]: ensemble = '' } = process.env
  const stores = [
    { store: sqlite(join(folder, 'kept', 'kept.db')), text: "sqlite('kept/kept.db')", name: 'kept.db' },
    { store: checkpoint(join(folder, 'kept', 'log')), text: "checkpoint('kept/log')", name: 'log' },
    { store: postgres(database), text: `postgres('${database}')`, name: '/postgres' },
    { store: zookeeper(ensemble), text: `zookeeper('${ensemble}')`, name: ensemble },
  ].map(each => ({ ...each, groupId: `${topic}-${each.store.kind}` }))
  for (const { groupId, store, text } of stores) {
    const opened = await store.open({ groupId })
    t.after(() => opened.close())
    for (const [partition, offset] of [25n, 20n].entries())
      await opened.initialize({ topic, partition, offset, topicId: undefined, metadata: undefined })
    await writePipeline(t, `kept-${store.kind}.ts`, groupId, topic, text)
    await open(`kept-${store.kind}.ts`)
  }
  await openFirstCluster()
  for (const { groupId, name } of stores) {
    await page.wait({ selector: '.group:has-text("offsets in")', text: groupId, panel: true })
    await page.click({ selector: `.group:has-text("offsets in")`, text: groupId, panel: true })
    await page.wait({ selector: `.shown-group:has-text("${groupId}") .tag`, text: name, panel: true })
    const rows = await rowsWhen(async () => {
      const texts = await page.texts({ selector: '.partition-rows .columns.row', panel: true })
      return texts.length === 3 && texts.some(text => text.includes('5 records')) ? texts : undefined
    })
    assert.match(rows[0] ?? '', /25.*30.*5.*5 records/)
    assert.match(rows[1] ?? '', /20.*20.*0.*caught up/)
    assert.match(rows[2] ?? '', /never/, 'a partition without a position is neither 0 nor lag')
  }
  await screenshot('overview-stored')
})

test('the chart goes on when the connection begins anew', async t => {
  t.after(closeAll)
  const topic = await makeTopic(t, 'charted')
  await produceOrders(topic, [50, 0, 0])
  const groupId = `${topic}-totals`
  const client = await admin(t)
  await client.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '20' }] })
  t.after(() => client.deleteGroups([groupId]))
  await openGroup(groupId)
  await until('the chart spans some seconds', async () => (await chartSeconds()) >= 8)
  const spanned = await chartSeconds()
  const api = await tidemarkApi()
  // Any change of the known clusters closes all connections, as a change of settings does; what was charted goes through its file.
  api.addCluster({ name: 'passing', brokers: ['127.0.0.1:1'] }).dispose()
  let shortest = spanned
  await until('some seconds more', async () => {
    const now = await chartSeconds()
    shortest = Math.min(shortest, now)
    return now > spanned + 6 || shortest < spanned
  })
  assert.ok(shortest >= spanned, `it began anew: ${shortest} s after ${spanned} s`)
})

test('a hidden overview asks nothing', async t => {
  t.after(closeAll)
  const api = await tidemarkApi()
  const size = { brokers: 2, topics: 8, partitions: 16, groups: 3 }
  const [hidden, shown] = [await startSimulatedCluster(size), await startSimulatedCluster(size)]
  for (const [name, cluster] of [
    ['to-be-hidden', hidden],
    ['to-be-shown', shown],
  ] as const) {
    t.after(() => cluster.close())
    const added = api.addCluster({ name, brokers: cluster.brokers })
    t.after(() => added.dispose())
  }
  await openNamed('to-be-hidden', hidden.brokers)
  await until('the first is read again and again', () => looked(() => asked(hidden) >= 8))
  await openNamed('to-be-shown', shown.brokers)
  await until('the second is read, and what was under way with the first has ended', () =>
    looked(() => asked(shown) >= 4),
  )
  const before = total(hidden)
  const seen = asked(shown)
  await until('the second is read some more', () => looked(() => asked(shown) >= seen + 8))
  assert.equal(total(hidden), before)
  await vscode.commands.executeCommand('workbench.action.previousEditor')
  await until('the first is read again once it is seen', () => looked(() => total(hidden) > before))
})

/** After a round trip to the page: the clusters answer in this process, and need its event loop. */
async function looked(isSo: () => boolean): Promise<boolean> {
  await page.count({ selector: 'header .title', panel: true })
  return isSo()
}

interface Api {
  addCluster(entry: unknown): vscode.Disposable
}

async function tidemarkApi(): Promise<Api> {
  const api: Api | undefined = await vscode.extensions.getExtension<Api>(extensionId)?.activate()
  assert.ok(api)
  return api
}

/** Lists of groups: one a broker and refresh. */
function asked({ requests }: { readonly requests: ReadonlyMap<number, number> }): number {
  return requests.get(16) ?? 0
}

function total({ requests }: { readonly requests: ReadonlyMap<number, number> }): number {
  return [...requests.values()].reduce((sum, count) => sum + count, 0)
}

function workspaceFolder(): string {
  const [folder] = vscode.workspace.workspaceFolders ?? []
  assert.ok(folder)
  return folder.uri.fsPath
}

async function writePipeline(t: TestScope, name: string, groupId: string, topic: string, store: string): Promise<void> {
  const uri = vscode.Uri.file(join(workspaceFolder(), name))
  const kind = store.slice(0, store.indexOf('('))
  const code = `import { atLeastOnce, createProcessor } from '@tidemark/runtime'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { ${kind} } from '@tidemark/runtime/stores/${kind}'
import { Kafka } from 'kafkajs'
const processor = createProcessor({
  client: kafkajs(new Kafka({ brokers: ['localhost:9092'] })),
  groupId: '${groupId}',
  topics: ['${topic}'],
  guarantee: atLeastOnce({ store: ${store} }),
})
processor.foreachBatch(async batch => console.log(batch.offsetRanges))
`
  await vscode.workspace.fs.writeFile(uri, Buffer.from(code))
  t.after(() => vscode.workspace.fs.delete(uri))
}

async function openFirstCluster(): Promise<void> {
  const [cluster] = vscode.workspace
    .getConfiguration()
    .get<{ name: string; brokers: string[] }[]>('tidemark.clusters', [])
  assert.ok(cluster)
  await openNamed(cluster.name, cluster.brokers)
}

async function openNamed(name: string, brokers: readonly string[]): Promise<void> {
  const cluster = { name, brokers, ssl: false, sasl: undefined, isReadOnly: false, isLocal: false }
  await vscode.commands.executeCommand('tidemark.openOverview', { cluster })
  await page.wait({ selector: 'header .title', text: name, panel: true })
}

/** What the chart spans, from its title: `Lag, last 14 s`. */
async function chartSeconds(): Promise<number> {
  const title = await page.text({ selector: '.lag-chart h2', panel: true })
  const [, minutes = '0'] = /(\d+) min/.exec(title) ?? []
  const [, seconds = '0'] = /([\d.]+) s/.exec(title) ?? []
  return Number(minutes) * 60 + Number(seconds)
}

async function rowsWhen<Value>(ask: () => Promise<Value | undefined>): Promise<Value> {
  let found: Value | undefined
  await until('the rows of the pipeline', async () => {
    found = await ask()
    return found !== undefined
  })
  return found as Value
}
