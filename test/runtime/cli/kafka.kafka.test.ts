/** The command line on a real broker: it outlives the command that started it, and only `down` ends it. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { stopLocalKafka } from '@tidemark/runtime/localKafka'
import { askBrokers } from '../../../runtime/src/localKafka/metadataProbe.ts'
import { tempFolder } from '../../harness/folders.ts'
import { useKafka } from '../../harness/kafka.ts'
import { tidemark } from './recordingTerminal.ts'

const door = resolve(import.meta.dirname, '../../../runtime/bin/tidemark.js')

test('up, status, logs, up again, down', async t => {
  const data = join(await tempFolder(t), 'clusters')
  t.after(() => stopLocalKafka({ folder: data, isDataRemoved: true }))
  const place = ['--data', data]
  const up = [
    'kafka',
    'up',
    '--engine',
    'java',
    '--port',
    '0',
    '--config',
    'log.retention.ms=12345',
    '--json',
    ...place,
  ]

  // In a process of its own, which has ended when this resolves.
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=source', door, ...up])
  const started = JSON.parse(stdout)
  const port = Number(started.brokers[0].split(':')[1])
  assert.deepEqual(await askBrokers(port, 5_000), [1])

  const status = await tidemark(['kafka', 'status', ...place])
  assert.equal(status.code, 0)
  assert.match(status.out, new RegExp(`broker 1 {2}127\\.0\\.0\\.1:${port} {2}process ${started.pids[0]} {2}serves`))
  assert.match((await tidemark(['kafka', 'logs', '--lines', '500', ...place])).out, /Kafka Server started/)

  const again = JSON.parse((await tidemark(['kafka', 'up', '--json', '--engine', 'java', ...place])).out)
  assert.equal(again.wasRunning, true)
  assert.deepEqual(again.pids, started.pids)

  assert.match((await tidemark(['kafka', 'down', ...place])).out, /has ended/)
  await assert.rejects(askBrokers(port, 1_000))
  assert.equal((await tidemark(['kafka', 'status', ...place])).code, 3)
  assert.match((await tidemark(['kafka', 'down', ...place])).out, /was not running/)
})

test('a configuration that Kafka refuses', async t => {
  const data = await tempFolder(t)
  const { code, errors } = await tidemark([
    'kafka',
    'up',
    '--engine',
    'java',
    '--port',
    '0',
    '--data',
    data,
    '--config',
    'log.retention.ms=soon',
  ])
  assert.equal(code, 1)
  assert.match(errors, /log\.retention\.ms/)
})

test('topics, groups and lag of a cluster without any', async t => {
  const { brokers } = await useKafka(t, { isOwn: true })
  const at = ['--brokers', brokers.join(',')]
  assert.equal((await tidemark(['topics', ...at])).out, 'no topics')
  assert.equal((await tidemark(['groups', ...at])).out, 'no groups')
  assert.match((await tidemark(['lag', ...at, '--group', 'later'])).out, /waiting/)
  const missing = await tidemark(['topics', ...at, 'nope'])
  assert.equal(missing.code, 1)
  assert.match(missing.errors, /no topic 'nope'/)
})
