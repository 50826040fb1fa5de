/** One process a checkpoint: the second is refused by name, a dead one's lock is taken over and said so. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { TidemarkError } from '../../../../runtime/src/errors.ts'
import { checkpoint } from '../../../../runtime/src/stores/checkpoint.ts'
import { runChild } from '../runChild.ts'

test('a second opener in the same process is refused, and gets it after the first has closed', async t => {
  const { store } = await freshCheckpoint(t)
  const first = await store.open({ groupId: 'totals' })
  await assertLockedBy(store.open({ groupId: 'totals' }), process.pid)
  const other = await store.open({ groupId: 'another group' })
  await other.close()
  await first.close()
  const notices: string[] = []
  const second = await store.open({ groupId: 'totals', onNotice: text => notices.push(text) })
  await second.close()
  assert.deepEqual(notices, [], 'an orderly end is not worth a word')
})

test('a second process is refused by the name of the first, even while that is frozen; killed, it is taken over with a word', async t => {
  const { store, folder } = await freshCheckpoint(t)
  const notices: string[] = []
  let pid = 0
  const { end } = await runChild({
    setupName: 'checkpoint',
    place: folder,
    mode: 'hold',
    async onLine(line, child) {
      assert.equal(line, 'open')
      pid = child.pid ?? 0
      await assertLockedBy(store.open({ groupId: 'totals' }), pid)
      child.kill('SIGSTOP')
      await assertLockedBy(store.open({ groupId: 'totals' }), pid)
      child.kill('SIGKILL')
    },
  })
  assert.equal(end, 'SIGKILL')
  const open = await store.open({ groupId: 'totals', onNotice: text => notices.push(text) })
  await open.close()
  assert.equal(notices.length, 1)
  assert.match(notices[0] ?? '', new RegExp(`taken over from process ${pid} on .+ without closing`))
})

async function freshCheckpoint(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'tidemark-lock-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return { folder, store: checkpoint(folder, { fsync: false }) }
}

async function assertLockedBy(opening: Promise<unknown>, pid: number): Promise<void> {
  await assert.rejects(opening, (error: unknown) => {
    assert.ok(error instanceof TidemarkError && error.code === 'STORE_LOCKED', String(error))
    assert.match(error.message, new RegExp(`process ${pid}\\b`))
    return true
  })
}
