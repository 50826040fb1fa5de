/** What the disk is told and what becomes of its refusals: nothing is acknowledged that it does not have, nothing believed after it failed. */
import assert from 'node:assert/strict'
import { type FileHandle, open as openFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { CommitUnknownError } from '../../../../runtime/src/errors.ts'
import { checkpoint } from '../../../../runtime/src/stores/checkpoint.ts'
import type { OpenStore } from '../../../../runtime/src/stores/store.ts'
import { tempFolder } from '../../../harness/folders.ts'
import { assertCode, at, commit, offsets, orders0, range } from '../contract/kit.ts'

test('a commit is flushed before it is acknowledged, unless fsync is off', async t => {
  const prototype = await fileHandlePrototype()
  const flush = t.mock.method(prototype, 'datasync')
  const { store } = await freshStore(t)
  const before = flush.mock.callCount()
  await move(store, 0n)
  await move(store, 1n)
  assert.equal(flush.mock.callCount() - before, 2)
  const { store: quick } = await freshStore(t, { fsync: false })
  const afterFirst = flush.mock.callCount()
  await move(quick, 0n)
  assert.equal(flush.mock.callCount(), afterFirst)
})

test('a flush that fails leaves the outcome unknown, and nothing more is written until the log is opened again', async t => {
  const prototype = await fileHandlePrototype()
  const { store, reopen } = await freshStore(t)
  await move(store, 0n)
  const flush = t.mock.method(prototype, 'datasync', () => Promise.reject(failure('EIO')))
  await assert.rejects(move(store, 1n), CommitUnknownError)
  flush.mock.restore()
  await assertCode(move(store, 1n), 'STORE_FAILED')
  const reopened = await reopen()
  const [stored = 0n] = await offsets(reopened, orders0)
  assert.ok(stored === 1n || stored === 2n, `${stored}`)
  await move(reopened, stored)
})

test('a write that takes half a record is taken back: STORE_FULL, and the next commit follows the last whole one', async t => {
  const prototype = await fileHandlePrototype()
  const { store, log, reopen } = await freshStore(t)
  await move(store, 0n)
  const whole = await readFile(log)
  const write = halfWrites(t, prototype, 'ENOSPC')
  await assertCode(move(store, 1n), 'STORE_FULL')
  write.mock.restore()
  assert.equal(write.mock.callCount(), 2)
  assert.deepEqual(await readFile(log), whole)
  assert.deepEqual(await offsets(store, orders0), [1n])
  await move(store, 1n)
  assert.deepEqual(await offsets(await reopen(), orders0), [2n])
})

test('half a record that cannot be taken back stops the log; opening it again repairs it', async t => {
  const prototype = await fileHandlePrototype()
  const { store, reopen } = await freshStore(t)
  await move(store, 0n)
  const write = halfWrites(t, prototype, 'EIO')
  const truncate = t.mock.method(prototype, 'truncate', () => Promise.reject(failure('EIO')))
  await assertCode(move(store, 1n), 'STORE_FAILED')
  write.mock.restore()
  truncate.mock.restore()
  await assertCode(move(store, 1n), 'STORE_FAILED')
  const reopened = await reopen()
  assert.deepEqual(await offsets(reopened, orders0), [1n])
  await move(reopened, 1n)
})

test('a rewrite that fails does not fail the commit that caused it', async t => {
  const prototype = await fileHandlePrototype()
  const { store, reopen } = await freshStore(t, { fsync: true, logBytesMin: 1_000 })
  const sync = t.mock.method(prototype, 'sync', () => Promise.reject(failure('EIO')))
  for (let from = 0n; from < 20n; from++) await move(store, from)
  assert.ok(sync.mock.callCount() > 0, 'a rewrite was tried')
  sync.mock.restore()
  assert.deepEqual(await offsets(await reopen(), orders0), [20n])
})

test('a rewrite whose rename may not last stops the log: nothing more is acknowledged into a file that a power cut could bring back', async t => {
  const prototype = await fileHandlePrototype()
  const { store, reopen } = await freshStore(t, { fsync: true, logBytesMin: 1_000 })
  const original = prototype.sync
  // The first is that of the new log, the second that of its folder.
  const sync = t.mock.method(prototype, 'sync', async function second(this: FileHandle) {
    if (sync.mock.callCount() === 1) throw failure('EIO')
    return original.call(this)
  })
  let from = 0n
  while (sync.mock.callCount() < 2) await move(store, from++)
  await assertCode(move(store, from), 'STORE_FAILED')
  sync.mock.restore()
  assert.deepEqual(await offsets(await reopen(), orders0), [from])
})

async function freshStore(t: TestContext, options: Parameters<typeof checkpoint>[1] = {}) {
  const folder = await tempFolder(t)
  const open = () => checkpoint(folder, options).open({ groupId: 'totals', onNotice: () => {} })
  let store = await open()
  t.after(() => store.close())
  await store.initialize(at(orders0, 0n))
  const reopen = async (): Promise<OpenStore> => {
    await store.close()
    store = await open()
    return store
  }
  return { store, reopen, log: join(folder, 'group-totals', 'log') }
}

function move(store: OpenStore, from: bigint): Promise<void> {
  return commit(store as OpenStore<unknown>, [range(orders0, from, from + 1n)])
}

/** Writes take half of what they are given, and the next one fails: what a disk does that fills up in the middle of a record. */
function halfWrites(t: TestContext, prototype: FileHandle, code: string) {
  const original = prototype.write as (...args: unknown[]) => Promise<unknown>
  let calls = 0
  return t.mock.method(prototype, 'write', async function half(this: FileHandle, ...args: unknown[]) {
    if (++calls > 1) throw failure(code)
    const [buffer, offset, length, position] = args
    return original.call(this, buffer, offset, Math.floor(Number(length) / 2), position)
  } as never)
}

async function fileHandlePrototype(): Promise<FileHandle> {
  const handle = await openFile(import.meta.filename)
  await handle.close()
  return Object.getPrototypeOf(handle) as FileHandle
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: as the disk would say it`), { code })
}
