/** What the compiler refuses: each rule as a piece of a pipeline, compiled. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import ts from 'typescript'

const prelude = `
import {
  atLeastOnce, atMostOnce, createProcessor, idempotent, json, kafka, text, transactional,
  type OffsetRange, type Processor, type ProcessorOptions,
} from '@tidemark/runtime'
import { sqlite, type SqliteTransaction } from '@tidemark/runtime/stores/sqlite'
import type { OffsetStore } from '../../../runtime/src/stores/store.ts'
import type { KafkaClient } from '../../../runtime/src/clients/client.ts'

interface Order { customer: string; cents: number }
declare const client: KafkaClient
declare const plainStore: OffsetStore
const common = { client, groupId: 'g', topics: ['orders'], value: json<Order>() }
const transactionalPipeline = createProcessor({ ...common, guarantee: transactional(sqlite('a.db')) })
const plain = createProcessor({ ...common, guarantee: atLeastOnce() })
`

/** Code that compiles, and the error codes of code that does not. */
const snippets: readonly (readonly [title: string, code: string, errors: readonly number[]])[] = [
  ['a guarantee is not optional', 'createProcessor(common)', [2345]],
  ['undefined is no guarantee', 'createProcessor({ ...common, guarantee: undefined })', [2322]],
  [
    'tx is typed by its store',
    'transactionalPipeline.foreachBatch((batch, { tx }) => { const same: SqliteTransaction = tx; same.run("select 1") })',
    [],
  ],
  ['at-least-once has no tx', 'plain.foreachBatch((batch, { tx }) => {})', [2339]],
  [
    'at-most-once has no tx',
    'createProcessor({ ...common, guarantee: atMostOnce() }).foreachBatch((batch, { tx }) => {})',
    [2339],
  ],
  ['a store without transactions', 'transactional(plainStore)', [2769]],
  ['the same store is good for idempotence', 'idempotent(plainStore)', []],
  [
    'idempotent gives keys and a batch id',
    `createProcessor({ ...common, guarantee: idempotent(plainStore) }).foreachBatch((batch, { batchId, idempotencyKey }) => {
      const keys: string[] = batch.map(record => idempotencyKey(record)).collect()
      const id: string = batchId
    })`,
    [],
  ],
  [
    'idempotent has no tx',
    'createProcessor({ ...common, guarantee: idempotent(plainStore) }).foreachBatch((batch, { tx }) => {})',
    [2339],
  ],
  [
    'transactional has no idempotencyKey',
    'transactionalPipeline.foreachBatch((batch, { idempotencyKey }) => {})',
    [2339],
  ],
  [
    'Kafka transactions send',
    'createProcessor({ ...common, guarantee: transactional(kafka()) }).foreachBatch(async (batch, { tx }) => { await tx.send({ topic: "out", value: "1" }) })',
    [],
  ],
  [
    "the value has the parser's type",
    'plain.foreachBatch(batch => { const cents: number = batch.map(r => r.value.cents).reduce((a, b) => a + b) ?? 0 })',
    [],
  ],
  ['and no other', 'plain.foreachBatch(batch => { batch.map(r => r.value.price) })', [2339]],
  [
    'text is text',
    'createProcessor({ ...common, value: text, guarantee: atLeastOnce() }).foreachBatch(batch => { const all: string[] = batch.map(r => r.value).collect() })',
    [],
  ],
  [
    'a partition has its range before a shuffle',
    'plain.foreachBatch(batch => batch.map(r => r.value).filter(v => v.cents > 0).foreachPartition((rows, partition) => { const range: OffsetRange = partition.offsetRange }))',
    [],
  ],
  [
    'and none after one',
    'plain.foreachBatch(batch => batch.map(r => [r.value.customer, r.value.cents]).reduceByKey((a, b) => a + b).foreachPartition((rows, partition) => { partition.offsetRange }))',
    [2339],
  ],
  ...['repartition(2)', 'coalesce(1)', 'sortBy(r => r.offset)', 'distinct(r => r.value.customer)', 'union(batch)'].map(
    wide =>
      [
        `no range after ${wide}`,
        `plain.foreachBatch(batch => { batch.${wide}.partitions[0]?.offsetRange })`,
        [2339],
      ] as const,
  ),
  [
    'nor after join and groupByKey, even mapped again',
    `plain.foreachBatch(batch => {
      const pairs = batch.map(r => [r.value.customer, 1])
      pairs.groupByKey().partitions[0]?.offsetRange
      pairs.join(pairs).map(row => row[1]).mapPartitions((rows, partition) => [partition.offsetRange])
    })`,
    [2339, 2339],
  ],
  [
    'the driver has all ranges all the time',
    'plain.foreachBatch(batch => { batch.repartition(2).count(); const ranges: readonly OffsetRange[] = batch.offsetRanges })',
    [],
  ],
  [
    'an index into them may miss',
    'plain.foreachBatch(batch => { const range: OffsetRange = batch.offsetRanges[0] })',
    [2322],
  ],
  [
    'records keep their provenance through a shuffle',
    'plain.foreachBatch(batch => { const offsets: bigint[] = batch.repartition(3).map(r => r.offset).collect() })',
    [],
  ],
  [
    'pairs only by key',
    'plain.foreachBatch(batch => { batch.map(r => r.value.cents).reduceByKey((a, b) => a) })',
    [2684],
  ],
  [
    'foreachPartition gives the range',
    'plain.foreachPartition((records, { offsetRange }) => { const until: bigint = offsetRange.untilOffset })',
    [],
  ],
  ['foreachBatch does not', 'plain.foreachBatch((batch, { offsetRange }) => {})', [2339]],
]

test('pipelines compile, or do not, for the right reason', async t => {
  const files = new Map(
    snippets.map(([, code], index) => [join(import.meta.dirname, `snippet${index}.ts`), `${prelude}\n${code}\n`]),
  )
  const found = compile(files)
  await Promise.all(
    snippets.map(([title, code, errors], index) =>
      t.test(title, () => {
        const messages = found.get(join(import.meta.dirname, `snippet${index}.ts`)) ?? []
        assert.deepEqual(
          messages.map(each => each.code),
          errors,
          `${code}\n${messages.map(each => each.text).join('\n')}`,
        )
      }),
    ),
  )
})

/** One program for all snippets: the runtime's sources are checked once. */
function compile(files: ReadonlyMap<string, string>): Map<string, { code: number; text: string }[]> {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ['source'],
    allowImportingTsExtensions: true,
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
  }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = path => files.has(path) || fileExists.call(host, path)
  host.readFile = path => files.get(path) ?? readFile.call(host, path)
  host.getSourceFile = (path, ...rest) => {
    const text = files.get(path)
    return text === undefined
      ? getSourceFile.call(host, path, ...rest)
      : ts.createSourceFile(path, text, ts.ScriptTarget.ES2024, true)
  }
  const program = ts.createProgram([...files.keys()], options, host)
  return new Map(
    [...files.keys()].map(path => [
      path,
      program
        .getSemanticDiagnostics(program.getSourceFile(path))
        .map(({ code, messageText }) => ({ code, text: ts.flattenDiagnosticMessageText(messageText, '\n') })),
    ]),
  )
}
