/** Where a pipeline keeps its offsets, as far as the code says it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createEngine } from '@tidemark/server/analysis/engine/engine'
import type { StoreInfo } from '@tidemark/server/protocol'
import { disk, fixturesRoot } from './fixtures.ts'

const folder = join(fixturesRoot, 'stores')

const cases: readonly (readonly [guarantee: string, store: Partial<StoreInfo> | undefined])[] = [
  ["transactional(sqlite('totals.db', { setup: 'x' }))", { kind: 'sqlite', place: 'totals.db', settings: {} }],
  ["atLeastOnce({ store: checkpoint('./offsets') })", { kind: 'checkpoint', place: './offsets', settings: {} }],
  ['idempotent(checkpoint(folder))', { kind: 'checkpoint', place: 'kept/offsets', settings: {} }],
  ["transactional(sqlite(join(import.meta.dirname, 'here.db')))", { place: join(folder, 'here.db') }],
  ["transactional(sqlite(process.env.DATABASE ?? 'else.db'))", { place: 'else.db', environment: 'DATABASE' }],
  ['transactional(postgres(process.env.DATABASE_URL))', { kind: 'postgres', environment: 'DATABASE_URL' }],
  [
    "transactional(postgres({ host: 'db', port: 5433, database: 'shop' }))",
    { kind: 'postgres', settings: { host: 'db', port: '5433', database: 'shop' } },
  ],
  [
    "atLeastOnce({ store: zookeeper('zk:2181', { root: '/streams' }) })",
    { kind: 'zookeeper', place: 'zk:2181', settings: { root: '/streams' } },
  ],
  ['transactional(sqlite(pathOf()))', { kind: 'sqlite', source: 'sqlite(pathOf())', settings: {} }],
  ['transactional(made)', { kind: 'sqlite', place: 'made.db', source: "sqlite('made.db')" }],
  ['transactional(kafka())', undefined],
  ['atLeastOnce()', undefined],
]

for (const [guarantee, expected] of cases)
  test(guarantee, () => {
    const path = join(folder, 'pipeline.ts')
    const engine = createEngine({ fileSystem: disk(new Map([[path, pipeline(guarantee)]])) })
    const [found] = engine.analyze(path).pipelines
    assert.equal(found?.groupId, 'totals')
    if (!expected) assert.equal(found.store, undefined)
    else assert.deepEqual({ ...found.store, ...expected }, found.store)
    if (expected && !('place' in expected)) assert.equal(found.store?.place, undefined)
  })

const pipeline = (guarantee: string): string => `
import { join } from 'node:path'
import { atLeastOnce, createProcessor, idempotent, kafka, transactional } from '@tidemark/runtime'
import { checkpoint } from '@tidemark/runtime/stores/checkpoint'
import { postgres } from '@tidemark/runtime/stores/postgres'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { zookeeper } from '@tidemark/runtime/stores/zookeeper'
const folder = \`kept/\${'offsets'}\`
const made = sqlite('made.db')
declare function pathOf(): string
const processor = createProcessor({ groupId: 'totals', topics: ['orders'], guarantee: ${guarantee} })
processor.foreachBatch(async () => {})
`
