/** Types where syntax cannot tell: what is asked, what the answers change, and that nobody depends on them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from '@tidemark/server/analysis/commandLine/run'
import { createDisk } from '@tidemark/server/analysis/engine/disk'
import { createEngine, type Engine } from '@tidemark/server/analysis/engine/engine'
import { noSettings } from '@tidemark/server/analysis/settings/settings'
import type { TypeOracle, TypeRequest } from '@tidemark/server/facts/typeOracle'
import { PrunedProgram } from '@tidemark/server/frontends/typescript/types/prunedProgram'
import { ownConsumer, typedProject as project } from './typedProject.ts'

/** The real checker, without its thread. */
function direct(): TypeOracle & { readonly requests: TypeRequest[]; readonly program: PrunedProgram } {
  const program = new PrunedProgram()
  const requests: TypeRequest[] = []
  return {
    program,
    requests,
    ask: async request => {
      requests.push(request)
      return program.answer(request)
    },
    stop: async () => undefined,
  }
}

const consumer = (body: string, more = ''): string => `import { Kafka } from 'kafkajs'
${more}
const consumer = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] }).consumer({ groupId: 'totals' })
await consumer.run({ eachMessage: async ({ topic, partition, message }) => { ${body} } })
process.once('SIGTERM', () => consumer.disconnect())
`

const rulesIn = (engine: Engine, path: string): string[] => engine.analyze(path).findings.map(({ rule }) => rule)

for (const [name, text] of [
  [
    'of a library that no table knows',
    consumer(
      'await cache.incr(String(message.key))',
      "import { cacheOf } from '@acme/platform'\nconst { cache } = cacheOf('orders')",
    ),
  ],
  [
    'given to a callback of such a library',
    consumer(
      'await withCache(async cache => { await cache.incr(String(message.key)) })',
      "import { withCache } from '@acme/platform'",
    ),
  ],
  [
    'behind a type that is computed',
    consumer(
      'await count(String(message.key))',
      `import { connect } from './connect'
type Cache = Awaited<ReturnType<typeof connect>>['inner']
declare const caches: Record<'orders', Cache>
async function count(key: string) { await caches.orders.incr(key) }`,
    ),
  ],
] as const)
  test(`a receiver is known by its type: ${name}`, async t => {
    const at = project(t, {
      'a.ts': text,
      'connect.ts':
        "import Redis from 'ioredis'\nexport async function connect() { return { inner: new Redis() } as const }\n",
    })
    const oracle = direct()
    const engine = createEngine({ fileSystem: createDisk(), oracle })
    assert.deepEqual(rulesIn(engine, at.at('a.ts')), [], 'rules answer without it')
    assert.deepEqual(await engine.refine(), [at.at('a.ts')])
    assert.deepEqual(rulesIn(engine, at.at('a.ts')), ['non-idempotent-output'])
    assert.deepEqual(await engine.refine(), [], 'nothing is open any more')
  })

test('a look-alike of another type stays silent', async t => {
  const at = project(t, {
    'a.ts': consumer(
      'await counter.incr(String(message.key))',
      "import { Counter } from '@acme/platform'\nconst counter = new Counter()",
    ),
  })
  const engine = createEngine({ fileSystem: createDisk(), oracle: direct() })
  engine.analyze(at.at('a.ts'))
  await engine.refine()
  assert.deepEqual(rulesIn(engine, at.at('a.ts')), [])
})

test('text plus one is found by type, a number plus one is not', async t => {
  const commit = 'await consumer.commitOffsets([{ topic, partition, offset: String(read(message).position + 1) }])'
  const reader = (type: string): string =>
    `type Read<K extends string, T> = { [key in K]: T }\nconst read = (from: unknown) => JSON.parse(String(from)) as Read<'position', ${type}>`
  const at = project(t, {
    'text.ts': consumer(commit, reader('string')),
    'number.ts': consumer(commit, reader('number')),
  })
  const engine = createEngine({ fileSystem: createDisk(), oracle: direct() })
  for (const name of ['text.ts', 'number.ts']) assert.deepEqual(rulesIn(engine, at.at(name)), [])
  await engine.refine()
  assert.deepEqual(rulesIn(engine, at.at('text.ts')), ['commit-offset-not-plus-one'])
  assert.deepEqual(rulesIn(engine, at.at('number.ts')), [])
})

test('a consumer that a library makes is a pipeline once its type is known', async t => {
  const at = project(t, { 'a.ts': ownConsumer })
  const engine = createEngine({ fileSystem: createDisk(), oracle: direct() })
  assert.deepEqual(engine.analyze(at.at('a.ts')).pipelines, [])
  await engine.refine()
  const { pipelines } = engine.analyze(at.at('a.ts'))
  assert.deepEqual(
    pipelines.map(({ client, inferred }) => [client, inferred]),
    [['kafkajs', 'at-least-once']],
  )
  assert.deepEqual(rulesIn(engine, at.at('a.ts')), ['non-idempotent-output'])
})

test('answers outlive edits, and follow what they were made of', async t => {
  const at = project(t, { 'a.ts': ownConsumer })
  const path = at.at('a.ts')
  const engine = createEngine({ fileSystem: createDisk(), oracle: direct() })
  engine.analyze(path)
  await engine.refine()
  engine.open(path, `// one line more\n${ownConsumer}`, 1)
  assert.deepEqual(rulesIn(engine, path), ['non-idempotent-output'], 'nothing flickers while someone types')
  await engine.refine()
  assert.deepEqual(rulesIn(engine, path), ['non-idempotent-output'])
  engine.change(path, ownConsumer.replaceAll('consumerOf', 'anythingOf'), 2)
  engine.analyze(path)
  assert.deepEqual(await engine.refine(), [path])
  assert.deepEqual(engine.analyze(path).pipelines, [])
})

test('the program holds what the analysis visited, whatever a barrel offers', async t => {
  const many = Object.fromEntries(
    Array.from({ length: 300 }, (_, index) => [`lib/m${index}.ts`, `export const m${index} = ${index}\n`]),
  )
  const at = project(t, {
    ...many,
    'lib/index.ts': Object.keys(many)
      .map(name => `export * from './${name.slice(4, -3)}'\n`)
      .join(''),
    'a.ts': ownConsumer
      .replace('await pool', 'm7.toFixed(); await pool')
      .replace('import', "import { m7 } from './lib'\nimport"),
  })
  const oracle = direct()
  const engine = createEngine({ fileSystem: createDisk(), oracle })
  engine.analyze(at.at('a.ts'))
  await engine.refine()
  const sent = oracle.requests.flatMap(({ files }) => files.map(({ path }) => path))
  assert.ok(sent.includes(at.at('a.ts')))
  assert.ok(new Set(sent).size < 20, `${new Set(sent).size} files were sent`)
  assert.ok(oracle.program.fileCount < 120, `${oracle.program.fileCount} files with the declarations`)
})

test('where nothing is open, nobody is asked', async t => {
  const at = project(t, {
    'a.ts': consumer('await pool.query(sql)', "import { Pool } from 'pg'\nconst pool = new Pool()\nconst sql = 'x'"),
  })
  const oracle = direct()
  const engine = createEngine({ fileSystem: createDisk(), oracle })
  engine.analyze(at.at('a.ts'))
  assert.deepEqual(await engine.refine(), [])
  assert.deepEqual(oracle.requests, [])
})

test('a checker that fails costs its answers and nothing else', async t => {
  const at = project(t, {
    'a.ts': ownConsumer,
    'b.ts': consumer(
      'await pool.query("INSERT INTO t VALUES (1)")',
      "import { Pool } from 'pg'\nconst pool = new Pool()",
    ),
  })
  const oracle: TypeOracle = {
    ask: async () => Promise.reject(new Error('out of memory')),
    stop: async () => undefined,
  }
  const { report } = await run({
    workingFolder: at.path,
    version: '1.0.0',
    paths: [at.at('a.ts'), at.at('b.ts')],
    settings: noSettings,
    only: undefined,
    fixes: false,
    stdin: undefined,
    baseline: undefined,
    disk: createDisk(),
    oracle,
  })
  assert.deepEqual(
    report.notes.map(({ code, message }) => [code, /out of memory/.test(message)]),
    [['TYPES_UNAVAILABLE', true]],
  )
  assert.deepEqual(
    report.findings.map(({ path }) => path),
    [at.at('b.ts')],
  )
})
