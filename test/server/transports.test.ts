/** The server over every channel that an editor may choose. Standard streams are what all other tests use. */
import assert from 'node:assert/strict'
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  createMessageConnection,
  type InitializeResult,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-languageserver-protocol/node'

const entry = join(import.meta.dirname, '../../server/src/main.ts')

async function greet(t: TestContext, connection: MessageConnection): Promise<void> {
  t.after(() => connection.dispose())
  connection.listen()
  const params = { processId: process.pid, rootUri: null, capabilities: {} }
  const { serverInfo } = await connection.sendRequest<InitializeResult>('initialize', params)
  assert.equal(serverInfo?.name, 'Tidemark')
  await connection.sendRequest('shutdown')
  await connection.sendNotification('exit')
}

test('over the channel between Node processes', async t => {
  const child = fork(entry, ['--node-ipc'], { stdio: 'inherit', execArgv: ['--conditions=source'] })
  t.after(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const greeted = greet(t, createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child)))
  await Promise.race([greeted, exited])
  assert.deepEqual(await exited, [0, null])
  await greeted
})

test('over a socket', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const child = spawn(process.execPath, ['--conditions=source', entry, `--socket=${port}`], { stdio: 'inherit' })
  t.after(() => child.kill('SIGKILL'))
  const exited = once(child, 'exit')
  const connected = once(server, 'connection') as Promise<[Socket]>
  // A server that ends before it calls is a failure at once, not a long wait.
  const [socket] = (await Promise.race([connected, exited])) as [Socket]
  assert.ok(typeof socket === 'object', 'the server ended before it called')
  await greet(t, createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket)))
  assert.deepEqual(await exited, [0, null])
})

test('without a channel it says which there are', async () => {
  const child = spawn(process.execPath, ['--conditions=source', entry], { stdio: 'pipe' })
  let said = ''
  child.stderr.on('data', chunk => {
    said += chunk
  })
  const [code] = await once(child, 'close')
  assert.notEqual(code, 0)
  assert.match(said, /--stdio/)
})
