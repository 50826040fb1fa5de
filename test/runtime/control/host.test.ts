/** The editor's end of the control link against everybody who might dial: the right one, and the wrong ones. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  batchMethod,
  type Capabilities,
  capabilityNames,
  checkMatchMethod,
  commandMethod,
  controlProtocolVersion,
  endedMethod,
  faultedMethod,
  faultMethod,
  type HelloParams,
  handlerMethod,
  helloMethod,
  messageBytesMax,
  outputsMethod,
  positionsMethod,
  recordsMethod,
  replayMethod,
} from '@tidemark/runtime/protocol'
import { createMessageConnection, StreamMessageWriter } from 'vscode-jsonrpc/node'
import { frameReader } from '../../../runtime/src/control/frames.ts'
import { type ControlEvents, type ControlServer, listenForPipeline } from '../../../runtime/src/control/host.ts'
import { startProgram } from '../../chaos/program.ts'

const programs = join(import.meta.dirname, 'programs')
const capabilities = Object.fromEntries(capabilityNames.map(name => [name, { isOffered: true }])) as Capabilities

test('the socket lies where only this user can look', { skip: process.platform === 'win32' }, async t => {
  const { server } = await listen(t)
  const { mode } = await stat(dirname(server.path))
  assert.equal(mode & 0o777, 0o700)
})

// Only root can become somebody else.
if (process.platform === 'linux' && process.getuid?.() === 0)
  test('another user of the machine gets neither to the socket nor to the token; its owner still does', async t => {
    const { server, heard } = await listen(t)
    const environment = { ...process.env, TIDEMARK_CONTROL: server.path, TIDEMARK_CONTROL_TOKEN: server.token }
    const pipeline = startProgram(t, join(programs, 'idle.ts'), environment)
    await pipeline.says(/ready/)
    const stranger = startProgram(t, join(programs, 'stranger.ts'), {}, [server.path, `${pipeline.pid}`])
    const [told] = await stranger.says(/\{.*\}/)
    const { arguments: commandLine, ...refused } = JSON.parse(told)
    assert.deepEqual(refused, { connected: 'EACCES', listed: 'EACCES', environment: 'EACCES' })
    assert.ok(!commandLine.includes(server.token), 'everybody may read the arguments of a process')
    assert.deepEqual(heard, [])
    await (await dial(t, server)).rpc.sendRequest(helloMethod, hello(server))
    assert.deepEqual(heard, ['hello order-totals'])
  })

test('a second instance outlives nobody: left alone, one that takes no stop ends itself', async t => {
  const { server } = await listen(t)
  const environment = {
    ...process.env,
    TIDEMARK_CONTROL: server.path,
    TIDEMARK_CONTROL_TOKEN: server.token,
    TIDEMARK_SECOND_INSTANCE: '1',
  }
  const second = startProgram(t, join(programs, 'deafSecond.ts'), environment)
  await second.says(/ready/)
  await server.close()
  await second.ended
  assert.match(second.output(), /asked to stop/)
})

test('a pipeline that dies within a message leaves no timer behind', async t => {
  const { server } = await listen(t)
  const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
  const before = timers()
  const { socket, rpc, closed } = await dial(t, server)
  await rpc.sendRequest(helloMethod, hello(server))
  socket.end('Content-Length: 100\r\n\r\n{"jsonrpc"')
  await closed
  assert.equal(timers(), before)
})

test('a pipeline says hello, is heard, commanded and asked', async t => {
  const { server, heard } = await listen(t)
  const { rpc } = await dial(t, server)
  const command = new Promise(done => rpc.onNotification(commandMethod, done))
  rpc.onRequest(recordsMethod, ({ from }: { from: number }) => ({ total: 7, records: [{ offset: String(from) }] }))

  assert.deepEqual(await rpc.sendRequest(helloMethod, hello(server)), {
    version: controlProtocolVersion,
    stopAtStart: true,
  })
  await rpc.sendNotification(batchMethod, { batchId: 'b-1' })
  await rpc.sendNotification(endedMethod, { committed: [], willBeRedone: [], unknown: [] })
  server.send({ kind: 'stepBatch' })

  assert.deepEqual(await command, { kind: 'stepBatch' })
  assert.equal((await server.ask.records({ batchId: 'b-1', from: 3, count: 1 })).records[0]?.offset, '3')
  assert.deepEqual(heard, ['hello order-totals', 'batch b-1', 'ended'])
})

test('a fault and the positions after it are heard, and every question reaches the pipeline', async t => {
  const { server, heard } = await listen(t)
  const { rpc } = await dial(t, server)
  await assert.rejects(server.ask.handler(), /No pipeline/)
  const asked: unknown[] = []
  for (const method of [outputsMethod, handlerMethod, replayMethod, faultMethod, checkMatchMethod])
    rpc.onRequest(method, (params: unknown) => {
      // Asked without parameters, a handler is given its cancellation token in their place.
      asked.push([method, method === handlerMethod ? undefined : params])
      return null
    })
  await rpc.sendRequest(helloMethod, hello(server))
  await rpc.sendNotification(faultedMethod, { fault: 'freeze' })
  await rpc.sendNotification(positionsMethod, { positions: [{ topic: 'orders', partition: 0, offset: '7' }], lost: [] })

  await server.ask.outputs({ batchId: 'b-1', from: 0, count: 1 })
  await server.ask.handler()
  await server.ask.replay({ ranges: [], batchId: 'b-1', mode: 'rolledBack' })
  await server.ask.fault({ fault: 'freeze' })
  await server.ask.checkMatch('key === 1')
  assert.deepEqual(asked, [
    [outputsMethod, { batchId: 'b-1', from: 0, count: 1 }],
    [handlerMethod, undefined],
    [replayMethod, { ranges: [], batchId: 'b-1', mode: 'rolledBack' }],
    [faultMethod, { fault: 'freeze' }],
    [checkMatchMethod, { expression: 'key === 1' }],
  ])
  assert.deepEqual(heard, ['hello order-totals', 'faulted freeze', 'positions 1'])
})

for (const [what, wrong, code] of [
  ['a wrong token', { token: '0'.repeat(64) }, -32_001],
  ['no token', { token: undefined }, -32_001],
  ['another version', { version: 99 }, -32_002],
] as const)
  test(`${what} is told so and hung up on; the right one still gets in`, async t => {
    const { server, heard } = await listen(t)
    const stranger = await dial(t, server)
    await assert.rejects(
      stranger.rpc.sendRequest(helloMethod, { ...hello(server), ...wrong }),
      (error: { code: number }) => error.code === code,
    )
    await stranger.closed
    assert.deepEqual(heard, [])
    await (await dial(t, server)).rpc.sendRequest(helloMethod, hello(server))
    assert.deepEqual(heard, ['hello order-totals'])
  })

test('the token opens the door once', async t => {
  const { server, heard } = await listen(t)
  await (await dial(t, server)).rpc.sendRequest(helloMethod, hello(server))
  const second = await dial(t, server)
  await assert.rejects(
    second.rpc.sendRequest(helloMethod, hello(server)),
    (error: { code: number }) => error.code === -32_003,
  )
  await second.closed
  assert.deepEqual(heard, ['hello order-totals'])
})

test('nobody is heard before the hello', async t => {
  const { server, heard } = await listen(t)
  const { rpc } = await dial(t, server)
  await rpc.sendNotification(batchMethod, { batchId: 'forged' })
  await rpc.sendRequest(helloMethod, hello(server))
  assert.deepEqual(heard, ['hello order-totals'])
})

for (const [what, bytes] of [
  ['a frame announced larger than agreed', `Content-Length: ${messageBytesMax + 1}\r\n\r\n`],
  ['a frame of one gigabyte', 'Content-Length: 1073741824\r\n\r\n'],
  ['a frame without a length', 'X: y\r\n\r\n'],
  ['garbage without an end', 'x'.repeat(10_000)],
] as const)
  test(`${what} ends the connection`, async t => {
    const { server, heard } = await listen(t)
    const { socket, closed } = await dial(t, server)
    socket.write(bytes)
    await closed
    assert.deepEqual(heard, [])
  })

test('a frame of the largest agreed size passes', async t => {
  const { server, heard } = await listen(t)
  const { rpc } = await dial(t, server)
  await rpc.sendRequest(helloMethod, hello(server))
  const envelope = JSON.stringify({ jsonrpc: '2.0', method: batchMethod, params: { batchId: '' } }).length
  const batchId = 'b'.repeat(messageBytesMax - envelope)
  await rpc.sendNotification(batchMethod, { batchId })
  await assert.rejects(rpc.sendRequest('unknown'))
  assert.equal(heard[1], `batch ${batchId}`)
})

test('a crowd in the door is bounded', async t => {
  const { server } = await listen(t)
  const crowd = await Promise.all(Array.from({ length: 8 }, () => dial(t, server)))
  const ninth = await dial(t, server)
  await ninth.closed
  assert.ok(crowd.every(({ socket }) => !socket.destroyed))
})

test('a pipeline that dies is reported once', async t => {
  const { server, heard, closed } = await listen(t)
  const { rpc, socket } = await dial(t, server)
  await rpc.sendRequest(helloMethod, hello(server))
  socket.destroy()
  await closed
  assert.deepEqual(heard, ['hello order-totals', 'closed'])
  await assert.rejects(server.ask.records({ batchId: 'b', from: 0, count: 1 }), /No pipeline/)
})

async function listen(t: TestContext) {
  const heard: string[] = []
  let onClosed = (): void => {}
  const closed = new Promise<void>(done => {
    onClosed = done
  })
  const events: ControlEvents = {
    stopAtStart: true,
    onHello: ({ pipeline }) => heard.push(`hello ${pipeline}`),
    onBatch: ({ batchId }) => heard.push(`batch ${batchId}`),
    onPositions: ({ positions }) => heard.push(`positions ${positions.length}`),
    onFaulted: ({ fault }) => heard.push(`faulted ${fault}`),
    onEnded: () => heard.push('ended'),
    onClosed: () => {
      heard.push('closed')
      onClosed()
    },
  }
  const server = await listenForPipeline(events)
  t.after(() => server.close())
  return { server, heard, closed }
}

async function dial(t: TestContext, server: ControlServer) {
  const socket: Socket = connect(server.path)
  t.after(() => socket.destroy())
  socket.on('error', () => {})
  const closed = new Promise<void>(done => socket.once('close', () => done()))
  await once(socket, 'connect')
  const rpc = createMessageConnection(frameReader(socket), new StreamMessageWriter(socket))
  rpc.onError(() => {})
  rpc.listen()
  return { socket, rpc, closed }
}

function hello({ token }: ControlServer): HelloParams {
  return {
    version: controlProtocolVersion,
    token,
    pid: process.pid,
    pipeline: 'order-totals',
    groupId: 'order-totals',
    guarantee: 'transactional',
    store: 'sqlite',
    client: 'kafkajs',
    capabilities,
  }
}
