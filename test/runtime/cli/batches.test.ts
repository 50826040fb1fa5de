/** `tidemark batches` on the stores that need no server: after a crash, beside a running pipeline, and on what is no store. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { checkpoint } from '../../../runtime/src/stores/checkpoint.ts'
import { tempFolder } from '../../harness/folders.ts'
import { at, orders0, proof, range } from '../stores/contract/kit.ts'
import { runChild } from '../stores/runChild.ts'
import { setupOf } from '../stores/setups.ts'
import { tidemark } from './recordingTerminal.ts'

for (const setupName of ['sqlite', 'checkpoint'] as const)
  test(`${setupName}: after kill -9 the last batches are there, newest first`, async t => {
    const place = await (await setupOf(setupName)).fresh(t)
    let seen = 0
    await runChild({
      setupName,
      place,
      mode: 'loop',
      onLine(_, child) {
        if (++seen === 5) child.kill('SIGKILL')
      },
    })
    const named = await tidemark(['batches', 'totals', '--store', `${setupName}:${place}`, '--json', '--limit', '3'])
    assert.equal(named.code, 0, named.errors)
    const records = named.out.split('\n').map(line => JSON.parse(line))
    assert.equal(records.length, 3)
    const [newest, before] = records.map(record => BigInt(record.ranges[0].untilOffset))
    assert.ok(newest !== undefined && newest >= 5n && before === newest - 1n)
    const guessed = await tidemark(['batches', 'totals', '--store', place])
    assert.match(guessed.out, new RegExp(`orders/0 ${newest - 1n}\\.\\.${newest} `))
  })

test('a checkpoint can be looked into while its pipeline holds it; times are shown in UTC', async t => {
  const folder = await tempFolder(t)
  const open = await checkpoint(folder, { fsync: false }).open({ groupId: 'totals' })
  t.after(() => open.close())
  await open.initialize(at(orders0, 0n))
  assert.match((await tidemark(['batches', 'totals', '--store', folder])).out, /has no batch of totals yet/)
  const ranges = [range(orders0, 0n, 2n ** 60n)]
  await open.commit({ ranges, proof: proof('batch-1', ranges, { attempt: 2, records: 12_345 }) })
  const { out } = await tidemark(['batches', 'totals', '--store', folder])
  assert.match(
    out,
    /2023-11-14 22:13:20\.250 +12,345 +250 +2 +orders\/0 0\.\.1152921504606846976 +idempotent .* batch-1/,
  )
})

test('what is no store is said by name, and nothing is made of it', async t => {
  const folder = await tempFolder(t)
  const missing = join(folder, 'missing.db')
  const unmade = await tidemark(['batches', 'totals', '--store', `sqlite:${missing}`])
  assert.equal(unmade.code, 1)
  assert.match(unmade.errors, /SQLite \S*missing\.db could not be reached/)
  assert.equal(existsSync(missing), false)
  assert.match(
    (await tidemark(['batches', 'totals', '--store', `checkpoint:${folder}`])).errors,
    /could not be reached/,
  )
  for (const args of [
    ['batches', 'totals'],
    ['batches', '--store', folder],
    ['batches', 'totals', '--store', missing],
    ['batches', 'totals', '--store', 'mongo:x'],
    ['batches', 'totals', '--store', folder, '--limit', '0'],
  ])
    assert.equal((await tidemark(args)).code, 2, args.join(' '))
})
