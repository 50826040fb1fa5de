/** Types looked up in their thread, behind both doors. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { createDisk } from '@tidemark/server/analysis/engine/disk'
import { createEngine } from '@tidemark/server/analysis/engine/engine'
import { createThreadedOracle } from '@tidemark/server/frontends/typescript/types/threadedOracle'
import { repositoryRoot } from '../harness/generate/files.ts'
import { startClient } from './lspClient.ts'
import { ownConsumer, typedProject } from './typedProject.ts'

const rule = 'non-idempotent-output'

test('an editor shows first what syntax tells, and then what types add', async t => {
  const at = typedProject(t, { 'a.ts': ownConsumer })
  const client = await startClient(t, { folders: [at.path] })
  client.open(at.at('a.ts'), ownConsumer)
  const [finding] = await client.diagnostics(at.at('a.ts'), list => list.some(({ code }) => code === rule))
  assert.ok(finding)
  client.edit(at.at('a.ts'), 'INSERT INTO orders VALUES ($1)', 'INSERT INTO orders VALUES ($1) ON CONFLICT DO NOTHING')
  await client.diagnostics(at.at('a.ts'), list => !list.some(({ code }) => code === rule))
  assert.equal(await client.stop(), 0, 'the thread keeps nobody waiting')
})

test('the command line waits for types', t => {
  const at = typedProject(t, { 'a.ts': ownConsumer })
  const door = join(repositoryRoot, 'server/bin/tidemark-lint.js')
  const { status, stdout } = spawnSync(process.execPath, [door, '.', '--rule', rule], {
    cwd: at.path,
    encoding: 'utf8',
  })
  assert.equal(status, 1, stdout)
  assert.match(stdout, /^a\.ts:6:\d+ \w+ non-idempotent-output/)
})

test('a thread that ends is started anew by the next question; one that may not grow fails alone', async t => {
  const at = typedProject(t, { 'a.ts': ownConsumer })
  const oracle = createThreadedOracle()
  t.after(() => oracle.stop())
  const engine = createEngine({ fileSystem: createDisk(), oracle })
  for (const round of [1, 2]) {
    engine.open(at.at('a.ts'), `${ownConsumer}// ${round}\n`, round)
    assert.equal(engine.analyze(at.at('a.ts')).pipelines.length, round - 1)
    await engine.refine()
    assert.equal(engine.analyze(at.at('a.ts')).pipelines.length, 1)
    await oracle.stop()
  }
  assert.ok(oracle.statistics.requests >= 2)
  const small = createThreadedOracle({ heapMegabytesMax: 8 })
  const starved = createEngine({ fileSystem: createDisk(), oracle: small })
  starved.analyze(at.at('a.ts'))
  await assert.rejects(starved.refine(), /memory|thread/)
  assert.deepEqual(starved.analyze(at.at('a.ts')).pipelines, [], 'rules go on')
})
