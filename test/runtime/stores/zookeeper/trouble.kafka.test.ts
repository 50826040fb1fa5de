/// <reference path="../../../../runtime/src/stores/zookeeper/module.d.ts" />
/** ZooKeeper when the connection or the server does not play along. One server for the file; each test has a root. */
import assert from 'node:assert/strict'
import { after, before, describe, type TestContext, test } from 'node:test'
import zookeeperClient from 'node-zookeeper-client'
import { CommitUnknownError, TidemarkError } from '../../../../runtime/src/errors.ts'
import type { OpenStore } from '../../../../runtime/src/stores/store.ts'
import { type ZooKeeperOptions, zookeeper } from '../../../../runtime/src/stores/zookeeper.ts'
import { until } from '../../../harness/until.ts'
import { type TestZooKeeper, useZooKeeper } from '../../../harness/zookeeper.ts'
import { type CommitProxy, isCommit, useCommitProxy } from '../commitProxy.ts'
import { assertCode, assertFenced, at, commit, offsets, orders0, range } from '../contract/kit.ts'

let rootCount = 0

describe('ZooKeeper in trouble', () => {
  const cleanUps: (() => unknown)[] = []
  let server: TestZooKeeper
  before(async () => {
    server = await useZooKeeper({ after: cleanUp => cleanUps.push(cleanUp) })
  })
  after(async () => {
    for (const cleanUp of cleanUps) await cleanUp()
  })

  test('a lost reply to a commit is CommitUnknownError, and reading back says: done', async t => {
    const { open, proxy } = await throughProxy(t, server)
    proxy.next('loseReply')
    await assert.rejects(move(open, 0n), CommitUnknownError)
    assert.deepEqual(await offsets(open, orders0), [1n])
    await move(open, 1n)
  })

  test('a commit that never arrived is CommitUnknownError too, and reading back says: redo', async t => {
    const { open, proxy } = await throughProxy(t, server)
    proxy.next('loseRequest')
    await assert.rejects(move(open, 0n), CommitUnknownError)
    assert.deepEqual(await offsets(open, orders0), [0n])
    await move(open, 0n)
  })

  test('a commit without any answer is unknown after requestTimeoutMs; it is never sent later', async t => {
    const { open, proxy } = await throughProxy(t, server, { requestTimeoutMs: 2_000 })
    proxy.next('hang')
    await assert.rejects(move(open, 0n), CommitUnknownError)
    assert.deepEqual(await offsets(open, orders0), [0n])
    await move(open, 0n)
    assert.equal((await open.proofs(10)).length, 1)
  })

  test('an expired session is replaced; a zombie whose session lives is fenced all the same', async t => {
    const { open: zombie, proxy } = await throughProxy(t, server, { sessionTimeoutMs: 2_000 })
    const owner = await opened(t, server, placeOf(t))
    await move(owner, 0n)
    await assertFenced(move(zombie, 0n), orders0)
    const sessions = await server.sessions()
    proxy.refuse(true)
    proxy.cutAll()
    await until('the server has forgotten the session', async () => (await server.sessions()) < sessions)
    proxy.refuse(false)
    await retried(async () => assert.deepEqual(await offsets(zombie, orders0), [1n]))
    await retried(() => move(zombie, 1n))
    await assertFenced(move(owner, 1n), orders0)
  })

  test('a node that was changed between comparing and setting is compared again', async t => {
    const store = await opened(t, server)
    const rival = await opened(t, server, placeOf(t))
    const races = Array.from({ length: 10 }, (_, index) => {
      const from = BigInt(index)
      return async () => {
        const both = await Promise.allSettled([move(store, from), move(rival, from)])
        assert.deepEqual(both.map(each => each.status).sort(), ['fulfilled', 'rejected'])
      }
    })
    for (const race of races) await race()
    assert.equal((await store.proofs(100)).length, 10)
  })

  test('a server killed and restarted has every acknowledged commit; meanwhile STORE_UNREACHABLE', async t => {
    const open = await opened(t, server, placeOf(t), { requestTimeoutMs: 2_000 })
    for (let from = 0n; from < 5n; from++) await move(open, from)
    await server.kill()
    await assertCode(open.read([orders0]), 'STORE_UNREACHABLE')
    await server.start()
    await retried(async () => assert.deepEqual(await offsets(open, orders0), [5n]))
    await retried(() => move(open, 5n))
  })

  test('a layout of another version, a foreign node, a place of another user: each its own code', async t => {
    const root = placeOf(t)
    const open = await opened(t, server, root)
    await open.close()
    await raw(t, server, client => client.setData(`${root}/totals`, Buffer.from('99'), -1, () => {}))
    await assertCode(opened(t, server, root), 'STORE_VERSION')

    const secret = { scheme: 'digest', secret: 'user:password' }
    const owned = placeOf(t, 'owned')
    await (await opened(t, server, owned, { credentials: secret })).close()
    await assertCode(opened(t, server, owned), 'STORE_READ_ONLY')
  })

  test('no server at the address is STORE_UNREACHABLE within the time given, naming it', async () => {
    await assert.rejects(
      zookeeper('127.0.0.1:1', { requestTimeoutMs: 200 }).open({ groupId: 'g' }),
      (error: unknown) => {
        assert.ok(error instanceof TidemarkError && error.code === 'STORE_UNREACHABLE')
        assert.match(error.message, /ZooKeeper 127\.0\.0\.1:1 /)
        return true
      },
    )
  })
})

const places = new WeakMap<TestContext, string>()

/** A root a test, so that tests do not see each other. */
function placeOf(t: TestContext, suffix = ''): string {
  const place = places.get(t) ?? `/trouble-${++rootCount}`
  places.set(t, place)
  return place + suffix
}

async function opened(
  t: TestContext,
  { connectString }: Pick<TestZooKeeper, 'connectString'>,
  root = placeOf(t),
  options: ZooKeeperOptions = {},
): Promise<OpenStore> {
  const open = await zookeeper(connectString, { root, requestTimeoutMs: 30_000, ...options }).open({
    groupId: 'totals',
  })
  t.after(() => open.close())
  await open.initialize(at(orders0, 0n))
  return open
}

async function throughProxy(
  t: TestContext,
  server: TestZooKeeper,
  options: ZooKeeperOptions = {},
): Promise<{ open: OpenStore; proxy: CommitProxy }> {
  const proxy = await useCommitProxy(t, server.port, isCommit.zookeeper)
  return { open: await opened(t, { connectString: `127.0.0.1:${proxy.port}` }, placeOf(t), options), proxy }
}

function move(open: OpenStore, from: bigint): Promise<void> {
  return commit(open as OpenStore<unknown>, [range(orders0, from, from + 1n)])
}

/** As the processor does: a retriable error is tried again. */
async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 0; ; attempts++)
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof TidemarkError) || !error.retriable || attempts === 20) throw error
    }
}

type RawClient = ReturnType<(typeof zookeeperClient)['createClient']>

/** Another program that writes to the same server. */
async function raw(t: TestContext, server: TestZooKeeper, write: (client: RawClient) => void): Promise<void> {
  const client = zookeeperClient.createClient(server.connectString, { sessionTimeout: 10_000, retries: 0 })
  t.after(() => client.close())
  await new Promise<void>(resolve => {
    client.once('connected', resolve)
    client.connect()
  })
  write(client)
  // Answers come in the order of the requests.
  await new Promise<void>(resolve => {
    client.getData('/', () => resolve())
  })
}
