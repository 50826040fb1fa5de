/** `topics`, `groups` and `lag` on the simulated cluster: what a person reads, and what a program gets. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { checkpoint } from '@tidemark/runtime/stores/checkpoint'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { tempFolder } from '../../harness/folders.ts'
import { type SimulatedCluster, startSimulatedCluster } from '../../sim/servers.ts'
import { tidemark } from './recordingTerminal.ts'

let cluster: SimulatedCluster
let at: string[]
before(async () => {
  cluster = await startSimulatedCluster({ brokers: 3, topics: 40, partitions: 120, groups: 10 })
  at = ['--brokers', cluster.brokers[0] as string]
})
after(() => cluster.close())

test('topics: the list, and one with its partitions and settings', async () => {
  const { out } = await tidemark(['topics', ...at])
  assert.equal(out.split('\n').length, 41)
  const one = await tidemark(['topics', 'topic-00003', ...at])
  const [header, first] = one.out.split('\n')
  assert.match(header ?? '', /^topic +partition +start +stable +end +leader +in sync$/)
  assert.match(first ?? '', /^topic-00003 +0 +30 +1,0\d\d +1,0\d\d +1 +3 of 3$/)
  assert.match(one.out, /topic-00003 +retention\.ms +3600000$/m)
  assert.doesNotMatch(one.out, /cleanup/, 'only what was set on the topic')
  const json = JSON.parse((await tidemark(['topics', 'topic-00003', '--json', ...at])).out)
  assert.deepEqual(json[0].configs[0], { name: 'cleanup.policy', value: 'delete', source: 'default' })
})

test('groups: all of them, and lag of one with its members', async () => {
  const { out } = await tidemark(['groups', ...at])
  assert.match(out, /^group-0009 +simple +Empty +[\d,]+ /m)
  assert.match(out, /^group-0006 +consumer +Stable +[\d,]+ /m)
  const lag = await tidemark(['lag', '--group', 'group-0001', '--members', ...at])
  assert.match(lag.out, /^group-0001 {2}classic, Stable, 1 member, [\d,]+ records behind, /)
  assert.match(lag.out, /^topic-000\d\d\/\d +[\d,]+ +[\d,]+ +\d+ +\d+ records?/m)
  assert.match(lag.out, /^simulated +\/127\.0\.0\.1 +group-0001-member +topic-\d+\/0, /m)
})

test('lag of a pipeline that keeps its offsets elsewhere, from there', async t => {
  const folder = await tempFolder(t)
  const places = [
    [sqlite(join(folder, 'totals.db')), join(folder, 'totals.db')],
    [checkpoint(join(folder, 'offsets')), `checkpoint:${join(folder, 'offsets')}`],
  ] as const
  for (const [store, text] of places) {
    const open = await store.open({ groupId: 'totals' })
    const place = { topic: 'topic-00000', partition: 0, topicId: undefined, metadata: undefined }
    await open.initialize({ ...place, offset: 900n })
    const { out } = await tidemark(['lag', '--group', 'totals', '--store', text, ...at])
    assert.match(out, /^totals {2}stored, .+, 100 records behind, /, 'beside the pipeline that has it open')
    assert.match(out, /^topic-00000\/0 +900 +1,000 +100 +100 records/m)
    await open.close()
    const json = JSON.parse((await tidemark(['lag', '--group', 'totals', '--store', text, '--json', ...at])).out)
    assert.deepEqual([json[0].partitions[0].committedOffset, json[0].readable], ['900', '100'])
  }
  const nobody = await tidemark(['lag', '--group', 'nobody', '--store', `checkpoint:${join(folder, 'offsets')}`, ...at])
  assert.equal(nobody.code, 1)
  assert.match(nobody.errors, /could not be reached/)
  const two = await tidemark(['lag', '--group', 'a', '--group', 'b', '--store', join(folder, 'totals.db'), ...at])
  assert.equal(two.code, 2)
})
