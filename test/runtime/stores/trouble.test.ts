/** Stores that need no server, when the machine does not play along: locked, full, read-only. Nothing is half-written. */
import assert from 'node:assert/strict'
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { assertCode, at, commit, offsets, orders0, range } from './contract/kit.ts'
import { runChild } from './runChild.ts'
import { setupOf } from './setups.ts'

/** Room for some commits: less than the size at which the checkpoint's log is rewritten; SQLite's tables and indices need more. */
const roomBytes = { checkpoint: 3_584, sqlite: 120 * 1_024 }

/** SQLite learns of it in the middle of COMMIT and cannot say how much arrived: it has to be read back. */
const shortWrite = { checkpoint: 'failed STORE_FULL', sqlite: 'failed COMMIT_UNKNOWN' }

for (const setupName of ['checkpoint', 'sqlite'] as const) {
  const fresh = async (t: TestContext) => {
    const setup = await setupOf(setupName)
    const place = await setup.fresh(t)
    return { place, ...setup.at(place) }
  }

  test(`${setupName}: a write cut short by the disk leaves what was acknowledged, and with room again work goes on`, async t => {
    const { place, store, results } = await fresh(t)
    const { lines, complaints } = await runChild({ setupName, place, mode: 'loop', fileBytesMax: roomBytes[setupName] })
    const acknowledged = lines.filter(line => line.startsWith('committed')).length
    assert.ok(acknowledged > 5, `too little room to say anything: ${lines.join(' | ')} ${complaints}`)
    assert.deepEqual(lines.slice(acknowledged), [shortWrite[setupName], `stands at ${acknowledged}`, 'open'])
    const open = await store.open({ groupId: 'totals' })
    assert.deepEqual(await offsets(open, orders0), [BigInt(acknowledged)])
    await commit(open, [range(orders0, BigInt(acknowledged), BigInt(acknowledged) + 1n)])
    if (results) assert.equal((await results.read()).length, acknowledged)
    await open.close()
  })

  test(`${setupName}: a place that may not be written is STORE_READ_ONLY, and stays as it was`, async t => {
    const { place, store } = await fresh(t)
    const open = await store.open({ groupId: 'totals' })
    await open.initialize(at(orders0, 5n))
    await open.close()
    const release = await forbidWriting(setupName === 'sqlite' ? dirname(place) : place)
    t.after(release)
    const { lines, complaints } = await runChild({ setupName, place, mode: 'asNobody' })
    assert.deepEqual(lines, ['failed STORE_READ_ONLY'], complaints)
    await release()
    const again = await store.open({ groupId: 'totals' })
    assert.deepEqual(await offsets(again, orders0), [5n])
    await again.close()
  })

  test(`${setupName}: a file where a folder should be is STORE_UNREACHABLE, naming the store`, async t => {
    const { place } = await fresh(t)
    await rm(place, { recursive: true, force: true })
    await mkdir(dirname(place), { recursive: true })
    await writeFile(place, '')
    const { store } = (await setupOf(setupName)).at(join(place, 'deeper'))
    await assertCode(store.open({ groupId: 'totals' }), 'STORE_UNREACHABLE')
  })
}

/** Takes the right to write from everybody, for all that is in the folder; the returned function gives it back. */
async function forbidWriting(folder: string): Promise<() => Promise<void>> {
  const paths = [folder, ...(await readdir(folder, { recursive: true })).map(name => join(folder, name))]
  const setAll = async (file: number, directory: number): Promise<void> => {
    for (const path of paths) {
      const isDirectory = await readdir(path).then(
        () => true,
        () => false,
      )
      await chmod(path, isDirectory ? directory : file).catch(() => {})
    }
  }
  await setAll(0o444, 0o555)
  return () => setAll(0o644, 0o755)
}
