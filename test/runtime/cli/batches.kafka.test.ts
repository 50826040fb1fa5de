/** `tidemark batches` on a Kafka group: the proof of each partition's last batch is in the metadata of its committed offset. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atLeastOnce, createProcessor, type Guarantee, kafka, text, transactional } from '../../../runtime/src/index.ts'
import { uniqueName } from '../../harness/topics.ts'
import { until } from '../../harness/until.ts'
import { numbered, recorder, useStage } from '../processor/stage.ts'
import { tidemark } from './recordingTerminal.ts'

for (const [guarantee, name] of [
  [atLeastOnce(), 'at-least-once'],
  [transactional(kafka()), 'transactional exactly-once in Kafka'],
] as readonly (readonly [Guarantee<object>, string])[])
  test(`${name}: the last batch is there after the pipeline has gone, and the topic's facts beside it`, async t => {
    const stage = await useStage(t, { partitions: 2 })
    const { client, groupId, topic } = stage
    const drain = async (seen: string[] = []): Promise<string[]> => {
      const common = { client: client(), groupId, topics: [topic], value: text, handleSignals: false } as const
      await createProcessor({
        ...common,
        guarantee,
        trigger: 'availableNow',
        startingOffsets: 'latest',
        trace: recorder().trace,
      })
        .foreachBatch(batch => void seen.push(...batch.map(record => record.value).collect()))
        .run()
      return seen
    }
    await drain()
    await stage.produce(numbered('a', 3), 0)
    assert.equal((await drain()).length, 3)
    const flags = ['batches', groupId, '--brokers', stage.kafka.brokers.join(), '--json']
    const found = await tidemark(flags)
    assert.equal(found.code, 0, found.errors)
    const [proof] = found.out.split('\n').map(line => JSON.parse(line))
    assert.deepEqual(
      [proof.ranges, proof.records, proof.guarantee, proof.attempt, proof.outcome],
      [[{ topic, partition: 0, fromOffset: '0', untilOffset: '3' }], 3, name, 1, 'committed'],
    )
    assert.match(proof.fencingToken, /.+:\d+$/)
    const [committed] = await stage.connection.committedOffsets(groupId, [{ topic, partition: 0 }])
    assert.match(committed?.metadata ?? '', /^topicId=\S+ partitions=2 proof=/)

    // Which is what tells a partition added later from one that is seen for the first time.
    const alter = ['--alter', '--topic', topic, '--partitions', '3', '--bootstrap-server', stage.kafka.brokers.join()]
    await stage.kafka.tool('org.apache.kafka.tools.TopicCommand', alter)
    const late = await client().connect()
    t.after(() => late.close())
    await until(
      'the new partition is known',
      async () => (await late.describeTopics([topic]))[0]?.partitions.length === 3,
    )
    await (await late.producer({})).send([{ topic, partition: 2, value: 'grown' }])
    assert.deepEqual(await drain(), ['grown'])
  })

test('a group without proofs, and both places at once', async t => {
  const { kafka } = await useStage(t)
  const nobody = await tidemark(['batches', uniqueName('nobody'), '--brokers', kafka.brokers.join()])
  assert.match(nobody.out, /The Kafka group at .* has no batch of nobody/)
  assert.equal((await tidemark(['batches', 'g', '--store', 'a.db', '--brokers', kafka.brokers.join()])).code, 2)
})
