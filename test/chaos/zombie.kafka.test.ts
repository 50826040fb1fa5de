/** Real processes on a real broker: one frozen past its session and resumed, then both asked to stop. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { kafkajs } from '../../runtime/src/clients/kafkajs.ts'
import { tempFolder } from '../harness/folders.ts'
import { useKafka } from '../harness/kafka.ts'
import type { Scope } from '../harness/scope.ts'
import { uniqueName } from '../harness/topics.ts'
import { until } from '../harness/until.ts'
import { pipelineFile } from './bundle.ts'
import { openOutcome } from './outcome.ts'
import { startProgram } from './program.ts'
import { type PipelineSettings, writeSettings } from './settings.ts'

/** The shortest a broker allows as it comes. */
const sessionTimeoutMs = 6_000

for (const [how, isDeaf, says] of [
  ['by the store, since its own client has not heard yet', true, /fenced on .*Nothing was written; no longer an owner/],
  [
    'by its own client',
    false,
    /lost .* without warning \(session ended\): what was in flight is not committed|fenced on/,
  ],
] as const) {
  test(`a zombie is stopped ${how}: it says so, writes nothing, and both then end at a signal with what is true`, async t => {
    const { settings, connection } = await setStage(t, isDeaf)
    const start = (instance: string) => startProgram(t, pipelineFile, writeSettings({ ...settings, instance }))
    const effects = () => openOutcome(connection, settings)
    const producer = await connection.producer({})
    const sent: string[] = []
    const produce = async () => {
      const ids = Array.from({ length: 200 }, (_none, index) => `record-${sent.length + index}`)
      await producer.send(ids.map(id => ({ topic: settings.topic, key: id, value: id })))
      sent.push(...ids)
    }
    const allSaved = (by: string) => until(`all is saved by ${by}`, async () => (await effects()).length >= sent.length)
    const zombie = start('a')
    await produce()
    await allSaved('the first owner')
    // At rest: one that is frozen inside its transaction holds SQLite's lock, and nobody else can save anything until it goes on.
    zombie.signal('SIGSTOP')
    const owner = start('b')
    await produce()
    await allSaved('the second owner')
    zombie.signal('SIGCONT')
    await zombie.says(says)
    await produce()
    await allSaved('whoever owns the partitions now')
    zombie.signal('SIGINT')
    owner.signal('SIGTERM')
    assert.deepEqual([await zombie.ended, await owner.ended], [0, 0])
    const ids = await effects()
    assert.equal(new Set(ids).size, ids.length, 'doubled')
    assert.deepEqual([...ids].sort(), sent.sort())
    // Each row took effect in the batch of one of the two, and their reports leave none out.
    const reported = [zombie, owner].map(program =>
      Number(/ended: \d+ batches, (\d+) records/.exec(program.output())?.[1]),
    )
    assert.equal((reported[0] ?? 0) + (reported[1] ?? 0), ids.length)
  })
}

async function setStage(t: Scope, isDeaf: boolean) {
  const kafka = await useKafka(t)
  const connection = await kafkajs(
    new Kafka({ clientId: 'chaos', brokers: kafka.brokers, logLevel: logLevel.NOTHING }),
  ).connect()
  t.after(() => connection.close())
  const folder = await tempFolder(t)
  const settings: PipelineSettings = {
    guarantee: 'transactional',
    store: 'sqlite',
    client: 'kafkajs',
    flaw: undefined,
    brokers: kafka.brokers,
    topic: uniqueName('frozen'),
    outputTopic: '',
    groupId: uniqueName('frozen'),
    instance: 'a',
    sessionTimeoutMs,
    pauseMs: 0,
    outcomePath: join(folder, 'outcome.db'),
    storeAddress: '',
    isDeaf,
    isLast: false,
  }
  await connection.createTopics([{ topic: settings.topic, partitions: 2 }])
  return { settings, connection }
}
