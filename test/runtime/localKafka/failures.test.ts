/** Every way in which a local Kafka cannot be started: what is said, what to do, and that nothing is left behind. */
import assert from 'node:assert/strict'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  LocalKafkaError,
  type LocalKafkaErrorCode,
  type StartOptions,
  startLocalKafka,
} from '@tidemark/runtime/localKafka'
import { parseJavaVersion } from '../../../runtime/src/localKafka/java.ts'
import { chooseClientPorts } from '../../../runtime/src/localKafka/ports.ts'
import { checkSpace } from '../../../runtime/src/localKafka/space.ts'
import { tempFolder } from '../../harness/folders.ts'
import { brokerThatDies, type FakeMachine, fakeMachine, java17, mavenThatFetches } from './fakePrograms.ts'

/** The error that starting on this machine ends with; its message and action are checked to be there. */
async function failure(
  machine: FakeMachine,
  options: StartOptions,
  code: LocalKafkaErrorCode,
): Promise<LocalKafkaError> {
  const { env, folder } = machine
  const error = await startLocalKafka({ env, folder, engine: 'java', port: 0, ...options }).then(
    () => assert.fail('it started'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof LocalKafkaError, String(error))
  assert.equal(error.code, code, error.message)
  assert.ok(error.message.length > 20 && error.action.length > 20)
  return error
}

test('no Java, and no Docker either', async t => {
  const error = await failure(await fakeMachine(t, {}), { engine: 'auto' }, 'JAVA_MISSING')
  assert.match(error.action, /Java 17/)
})

test('a Java that is too old is named with its version', async t => {
  const machine = await fakeMachine(t, { java: `echo 'java version "1.8.0_292"' >&2` })
  assert.match((await failure(machine, {}, 'JAVA_TOO_OLD')).message, /Java 8/)
})

test('versions are read as Java prints them', () => {
  assert.equal(parseJavaVersion('openjdk version "17.0.15" 2025-04-15'), 17)
  assert.equal(parseJavaVersion('java version "1.8.0_292"'), 8)
  assert.equal(parseJavaVersion('openjdk version "25-ea" 2025-09-16'), 25)
  assert.equal(parseJavaVersion('The operation couldn’t be completed. Unable to locate a Java Runtime.'), undefined)
})

test('no Maven: the message names the way without it', async t => {
  const error = await failure(await fakeMachine(t, { java: java17 }), {}, 'MAVEN_MISSING')
  assert.match(error.action, /TIDEMARK_KAFKA_HOME/)
})

test('Maven fails: its own first words are passed on, and the cache stays empty', async t => {
  const machine = await fakeMachine(t, {
    java: java17,
    mvn: `echo '[ERROR] Unknown host mirror.example'; echo '[ERROR] Re-run Maven'; exit 1`,
  })
  assert.match((await failure(machine, {}, 'FETCH_FAILED')).message, /Unknown host mirror.example/)
  assert.deepEqual(await readdir(machine.cache), [])
})

test('an unpacked Kafka that is none', async t => {
  const machine = await fakeMachine(t, { java: java17 })
  const env = { ...machine.env, TIDEMARK_KAFKA_HOME: machine.cache }
  await failure({ ...machine, env }, {}, 'KAFKA_HOME_INVALID')
})

test('a port that was asked for is taken; one that was not asked for is chosen anew', async t => {
  const port = await listenOnFreePort(t)
  const machine = await fakeMachine(t, { java: java17, mvn: mavenThatFetches })
  assert.match((await failure(machine, { port }, 'PORT_TAKEN')).message, new RegExp(String(port)))
  const chosen = await chooseClientPorts(3, undefined)
  assert.equal(new Set(chosen).size, 3)
  assert.ok(!chosen.includes(port))
})

test('a port that is lost between choosing and binding is lost for good only when it was asked for', async t => {
  const machine = await fakeMachine(t, {
    java: brokerThatDies('java.net.BindException: Address already in use'),
    mvn: mavenThatFetches,
  })
  const [port] = await chooseClientPorts(1, 0)
  await failure(machine, { port: port as number }, 'PORT_TAKEN')
  const tries: string[] = []
  await failure(machine, { port: 0, progress: text => tries.push(text) }, 'BROKER_EXITED')
  assert.equal(tries.filter(text => text.startsWith('Starting Kafka')).length, 3)
})

test('a broker that ends while starting is noticed at once, with its last words', async t => {
  const machine = await fakeMachine(t, { java: brokerThatDies('FATAL: no usable entropy'), mvn: mavenThatFetches })
  const error = await failure(machine, { timeoutMs: 60_000 }, 'BROKER_EXITED')
  assert.match(error.message, /exit code 7/)
  assert.match(error.message, /no usable entropy/)
})

test('a broker that never answers is ended at the deadline', async t => {
  const machine = await fakeMachine(t, {
    java: `${java17}\ncase "$*" in *StorageTool*) exit 0;; esac\necho "pid $$"; exec /bin/sleep 600`,
    mvn: mavenThatFetches,
  })
  const error = await failure(machine, { timeoutMs: 700 }, 'START_TIMEOUT')
  const pid = Number(/pid (\d+)/.exec(error.message)?.[1])
  assert.throws(() => process.kill(pid, 0), 'the broker is gone')
  assert.ok(!(await readdir(join(machine.folder, 'default'))).includes('state.json'))
})

test('a configuration that Kafka refuses is told in Kafka’s words, without its stack', async t => {
  const words = 'Exception in thread "main" ConfigException: Invalid value 12x for log.retention.ms'
  const machine = await fakeMachine(t, {
    java: `${java17}\necho '${words}'; echo '	at kafka.Kafka.main(Kafka.scala)'; exit 1`,
    mvn: mavenThatFetches,
  })
  const error = await failure(machine, {}, 'CONFIG_INVALID')
  assert.match(error.message, /Invalid value 12x/)
  assert.doesNotMatch(error.message, /Kafka.scala/)
})

test('keys that the other options decide are refused', async t => {
  const machine = await fakeMachine(t, {})
  for (const key of ['node.id', 'listeners', 'log.dirs']) {
    const error = await failure(machine, { configs: { [key]: 'x' } }, 'CONFIG_RESERVED')
    assert.match(error.message, new RegExp(key))
  }
})

test('a full disk, seen before and met while starting', async t => {
  await assert.rejects(
    checkSpace('/data', async () => 10 << 20),
    { code: 'DISK_FULL', message: /10 MB left/ },
  )
  await checkSpace('/data', async () => 1 << 30)
  const machine = await fakeMachine(t, {
    java: brokerThatDies('java.io.IOException: No space left on device'),
    mvn: mavenThatFetches,
  })
  await failure(machine, {}, 'DISK_FULL')
})

test('a folder that cannot be written', async t => {
  const machine = await fakeMachine(t, { java: java17 })
  const blocked = join(await tempFolder(t), 'file')
  await writeFile(blocked, '')
  await failure({ ...machine, folder: join(blocked, 'clusters') }, {}, 'FOLDER_NOT_WRITABLE')
})

test('a name that would leave the folder', async t => {
  const machine = await fakeMachine(t, {})
  for (const name of ['../x', 'A b', '']) await failure(machine, { name }, 'NAME_INVALID')
})

test('a state file that is none of ours is not acted upon', async t => {
  const machine = await fakeMachine(t, { java: java17 })
  await mkdir(join(machine.folder, 'default'), { recursive: true })
  for (const text of ['{', '{"version":2}', '{"version":1,"name":"x","nodes":[{"nodeId":1}]}']) {
    await writeFile(join(machine.folder, 'default', 'state.json'), text)
    assert.match((await failure(machine, {}, 'STATE_UNREADABLE')).message, /state\.json/)
  }
})

async function listenOnFreePort(t: TestContext): Promise<number> {
  const server = createServer()
  t.after(() => server.close())
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return address.port
}
