/** `down` ends what `up` started and nothing else: stale state, reused process numbers, abandoned locks. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { localKafkaStatus, startLocalKafka, stopLocalKafka } from '@tidemark/runtime/localKafka'
import { identityOf, isRunning, signalProcess } from '../../../runtime/src/localKafka/processIdentity.ts'
import { type ClusterState, withLock, writeState } from '../../../runtime/src/localKafka/stateFile.ts'
import { tempFolder } from '../../harness/folders.ts'
import { brokerThatDies, fakeMachine, mavenThatFetches } from './fakePrograms.ts'

test('a process is recognised, and another with its number is not', async t => {
  const child = await bystander(t)
  const identity = await identityOf(child.pid as number)
  assert.ok(identity)
  assert.equal(await isRunning(identity), true)
  assert.equal(await isRunning({ ...identity, startedAt: `${identity.startedAt}0` }), false)
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.equal(await isRunning(identity), false)
  assert.equal(await signalProcess(identity, 'SIGKILL'), false)
})

test('down leaves alone a process that only has the number of the broker that once ran', async t => {
  const folder = await tempFolder(t)
  const child = await bystander(t)
  await leaveState(folder, { pid: child.pid as number, startedAt: 'another boot:12345' })
  assert.equal((await localKafkaStatus({ folder })).state, 'ended')
  assert.equal(await stopLocalKafka({ folder }), 'wasNotRunning')
  assert.equal(child.exitCode ?? child.signalCode, null, 'the bystander lives')
  assert.equal((await localKafkaStatus({ folder })).state, 'notStarted')
})

test('down ends the very process that the state names (the control of the test above)', async t => {
  const folder = await tempFolder(t)
  const child = await bystander(t)
  const exited = once(child, 'exit')
  const identity = await identityOf(child.pid as number)
  assert.ok(identity)
  await leaveState(folder, identity)
  assert.equal(await stopLocalKafka({ folder }), 'stopped')
  await exited
})

test('up says that a stale state file is passed over, and goes on', async t => {
  const machine = await fakeMachine(t, { java: brokerThatDies('reached'), mvn: mavenThatFetches })
  await leaveState(machine.folder, { pid: 2 ** 22 + 1, startedAt: 'long ago' })
  const said: string[] = []
  await assert.rejects(
    startLocalKafka({
      env: machine.env,
      folder: machine.folder,
      engine: 'java',
      port: 0,
      progress: text => said.push(text),
    }),
    { code: 'BROKER_EXITED' },
  )
  assert.match(said[0] ?? '', /ended without 'down'/)
})

test('a running cluster is found, unless something else was asked for', async t => {
  const machine = await fakeMachine(t, {})
  const child = await bystander(t)
  const identity = await identityOf(child.pid as number)
  assert.ok(identity)
  await leaveState(machine.folder, identity)
  const address = { env: machine.env, folder: machine.folder, engine: 'java' } as const
  assert.equal((await startLocalKafka(address)).wasRunning, true)
  await assert.rejects(startLocalKafka({ ...address, brokers: 3 }), { code: 'ALREADY_DIFFERENT' })
  await assert.rejects(startLocalKafka({ ...address, port: 19_999 }), { code: 'ALREADY_DIFFERENT' })
})

test('data that was to be kept is not given to a cluster that removes its data', async t => {
  const machine = await fakeMachine(t, { java: brokerThatDies('reached'), mvn: mavenThatFetches })
  const address = { env: machine.env, folder: machine.folder, engine: 'java', port: 0 } as const
  await assert.rejects(startLocalKafka(address), { code: 'BROKER_EXITED' })
  await assert.rejects(startLocalKafka({ ...address, isEphemeral: true }), { code: 'ALREADY_DIFFERENT' })
  await assert.rejects(startLocalKafka({ ...address, brokers: 3 }), { code: 'ALREADY_DIFFERENT' })
})

test('two commands do not work on one cluster, and an abandoned lock does not stop the next', async t => {
  const folder = join(await tempFolder(t), 'default')
  await withLock(folder, 'default', async () => {
    await assert.rejects(
      withLock(folder, 'default', async () => 'never'),
      { code: 'BUSY', message: new RegExp(String(process.pid)) },
    )
  })
  await writeFile(`${folder}.lock`, JSON.stringify({ pid: process.pid, startedAt: 'another boot:1' }))
  assert.equal(await withLock(folder, 'default', async () => 'ran'), 'ran')
  await assert.rejects(readFile(`${folder}.lock`), { code: 'ENOENT' })
})

async function bystander(t: TestContext): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  await once(child, 'spawn')
  return child
}

async function leaveState(folder: string, process: { pid: number; startedAt: string }): Promise<void> {
  const state: ClusterState = {
    version: 1,
    name: 'default',
    engine: 'java',
    clusterId: 'c',
    isEphemeral: false,
    nodes: [{ nodeId: 1, clientPort: 1, controllerPort: 2, process }],
  }
  await mkdir(join(folder, 'default'), { recursive: true })
  await writeState(join(folder, 'default'), state)
}
