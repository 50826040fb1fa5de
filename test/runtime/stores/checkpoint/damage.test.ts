/** What a crash may leave is repaired; what only damage can explain is refused. */
import assert from 'node:assert/strict'
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { encodeLine, scanLines } from '../../../../runtime/src/stores/checkpoint/lines.ts'
import { checkpoint } from '../../../../runtime/src/stores/checkpoint.ts'
import { assertCode, at, commit, offsets, orders0, range } from '../contract/kit.ts'

const commits = 4n

test('a log cut at every byte: exactly the whole records before the cut are read', async t => {
  const { log } = await smallLog(t)
  const whole = await readFile(log)
  const all = scanLines(whole)
  assert.ok(all.kind === 'whole' && all.records.length === Number(commits) + 2)
  for (let length = 0; length < whole.length; length++) {
    const cut = whole.subarray(0, length)
    const scan = scanLines(cut)
    const linesLeft = count(cut, 0x0a)
    assert.ok(scan.kind !== 'damaged', `cut at ${length}`)
    assert.deepEqual(scan.records, all.records.slice(0, linesLeft), `cut at ${length}`)
    assert.equal(scan.keepBytes, cut.lastIndexOf(0x0a) + 1)
  }
})

test('a torn last record is cut off, and work goes on from the record before it', async t => {
  const { folder, log } = await smallLog(t)
  const whole = await readFile(log)
  const lastStart = whole.lastIndexOf(0x0a, whole.length - 2) + 1
  for (let length = lastStart; length < whole.length; length += 5) {
    await writeFile(log, whole)
    await truncate(log, length)
    const store = await openQuietly(folder)
    assert.deepEqual(await offsets(store, orders0), [commits - 1n], `cut at ${length}`)
    await commit(store, [range(orders0, commits - 1n, commits + 9n)])
    await store.close()
    const reopened = await openQuietly(folder)
    assert.deepEqual(await offsets(reopened, orders0), [commits + 9n], `cut at ${length}, then continued`)
    await reopened.close()
  }
})

test('a changed bit anywhere is seen: no other state is ever read', async t => {
  const { folder, log } = await smallLog(t)
  const whole = await readFile(log)
  const missed: string[] = []
  for (let index = 0; index < whole.length; index++)
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(whole)
      flipped[index] = (whole[index] ?? 0) ^ (1 << bit)
      if (scanLines(flipped).kind !== 'damaged') missed.push(`byte ${index} bit ${bit}`)
    }
  assert.deepEqual(missed, [])
  assert.equal(scanLines(whole).kind, 'whole')

  const flipped = Buffer.from(whole)
  flipped[whole.length - 20] = (flipped[whole.length - 20] ?? 0) ^ 1
  await writeFile(log, flipped)
  await assertCode(openQuietly(folder), 'STORE_CORRUPT')
  assert.deepEqual(await readFile(log), flipped, 'a damaged log is left as it was found')
})

test('blocks that never reached the disk are a torn tail, unless whole records follow', () => {
  const good = encodeLine({ kind: 'header' })
  const long = encodeLine({ text: 'x'.repeat(3_000) })
  const torn = Buffer.concat([good, long])
  torn.fill(0, 1_024, 1_536)
  assert.deepEqual(scanLines(torn), { kind: 'torn', records: [{ kind: 'header' }], keepBytes: good.length })
  assert.equal(scanLines(Buffer.concat([good, Buffer.alloc(700)])).kind, 'torn')
  assert.equal(scanLines(Buffer.concat([torn, good])).kind, 'damaged')
  const oneByte = Buffer.concat([good, long])
  oneByte.fill(0, 1_100, 1_101)
  assert.equal(scanLines(oneByte).kind, 'damaged')
})

test('a rewrite that was interrupted leaves the log as it is', async t => {
  const { folder, log } = await smallLog(t)
  await writeFile(`${log}.next`, 'half of a new lo')
  const store = await openQuietly(folder)
  assert.deepEqual(await offsets(store, orders0), [commits])
  assert.deepEqual(
    (await readdir(join(log, '..'))).filter(name => name.endsWith('.next')),
    [],
  )
  await store.close()
})

test('the log is bounded by rewriting, and nothing is lost in it', async t => {
  const { folder, log } = await smallLog(t)
  const store = await checkpoint(folder, { fsync: false, logBytesMin: 8_192 }).open({
    groupId: 'totals',
    proofRecordsMax: 3,
  })
  const frozen = { batchId: 'frozen', ranges: [range(orders0, commits, commits + 1n)] }
  await store.writePlan(frozen)
  for (let from = commits; from < 1_000n; from++) {
    await commit(store, [range(orders0, from, from + 1n)], { metadata: `at ${from}` })
    assert.ok((await readFile(log)).length < 10_000)
  }
  await store.close()
  const reopened = await openQuietly(folder)
  assert.deepEqual(await reopened.read([orders0]), [at(orders0, 1_000n, { metadata: 'at 999' })])
  assert.deepEqual(await reopened.readPlans([orders0]), [frozen])
  assert.equal((await reopened.proofs(10)).at(0)?.batchId, '0:999')
  await reopened.close()
})

test('a log of another version, of another group, or without a header is refused by name', async t => {
  const { folder, log } = await smallLog(t)
  await writeFile(log, encodeLine({ kind: 'header', version: 99, groupId: 'totals' }))
  await assertCode(openQuietly(folder), 'STORE_VERSION')
  await writeFile(log, encodeLine({ kind: 'header', version: 1, groupId: 'other' }))
  await assertCode(openQuietly(folder), 'STORE_CORRUPT')
  await writeFile(log, encodeLine({ kind: 'set', offsets: [] }))
  await assertCode(openQuietly(folder), 'STORE_CORRUPT')
  await writeFile(log, '')
  await assertCode(openQuietly(folder), 'STORE_CORRUPT')
})

test('a record that does not follow from those before it is refused', async t => {
  const { folder, log } = await smallLog(t)
  const lines = (await readFile(log, 'utf8')).split('\n')
  await appendFile(log, `${lines[2]}\n`)
  await assertCode(openQuietly(folder), 'STORE_CORRUPT')
})

test('a log deleted while it is in use is noticed before anything is acknowledged', async t => {
  const { folder, log } = await smallLog(t)
  const store = await openQuietly(folder)
  await rm(log)
  await assertCode(commit(store, [range(orders0, commits, commits + 1n)]), 'STORE_CORRUPT')
  await store.close()
})

/** A header, an initialize and some commits of one range each; closed. */
async function smallLog(t: TestContext): Promise<{ folder: string; log: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-damage-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const store = await openQuietly(folder)
  await store.initialize(at(orders0, 0n))
  for (let from = 0n; from < commits; from++) await commit(store, [range(orders0, from, from + 1n)])
  await store.close()
  return { folder, log: join(folder, 'group-totals', 'log') }
}

function openQuietly(folder: string) {
  return checkpoint(folder, { fsync: false }).open({ groupId: 'totals', onNotice: () => {} })
}

function count(bytes: Buffer, wanted: number): number {
  return bytes.filter(byte => byte === wanted).length
}
