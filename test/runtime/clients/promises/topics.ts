/** Topics and brokers: found, named, and survived. */
import assert from 'node:assert/strict'
import { uniqueName } from '../../../harness/topics.ts'
import { until } from '../../../harness/until.ts'
import { type Promised, readAll, values } from '../stage.ts'

export const topics: readonly Promised[] = [
  {
    says: 'Topics are described with their id; a topic made anew under its name has another',
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection, 3)
      const [before] = await connection.describeTopics([topic, uniqueName('nowhere')])
      assert.deepEqual(
        before?.partitions.map(({ partition }) => partition),
        [0, 1, 2],
      )
      assert.match(before?.topicId ?? '', /^[\w-]{22}$/)
      await connection.deleteTopics([topic])
      await until('it is gone', async () => (await connection.describeTopics([topic])).length === 0)
      await connection.createTopics([{ topic, partitions: 1 }])
      const [after] = await connection.describeTopics([topic])
      assert.notEqual(after?.topicId, before?.topicId)
    },
  },
  {
    says: 'A topic that exists, or a name that is not allowed, is refused by name',
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      await assert.rejects(connection.createTopics([{ topic, partitions: 1 }]), {
        code: 'KAFKA_REQUEST_REFUSED',
        message: new RegExp(`${topic}.*TOPIC_ALREADY_EXISTS`),
      })
      await assert.rejects(connection.createTopics([{ topic: 'a b', partitions: 1 }]), {
        code: 'KAFKA_REQUEST_REFUSED',
        message: /INVALID_TOPIC/,
      })
      await assert.rejects(connection.logOffsets([{ topic: uniqueName('nowhere'), partition: 0 }]), {
        code: 'TOPIC_UNKNOWN',
      })
    },
  },
  {
    says: 'A broker that cannot be reached is named, and so is what was tried',
    async prove(stage) {
      await assert.rejects(stage.adapter.client(['127.0.0.1:1']).connect(), {
        code: 'BROKER_UNREACHABLE',
        message: /127\.0\.0\.1:1.*ECONNREFUSED/s,
      })
    },
  },
  {
    says: 'A broker killed and restarted in the middle: fetching, producing and committing go on, and no record is lost or doubled',
    needsOwnBrokers: 1,
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      const at = { topic, partition: 0 }
      const member = await stage.join(connection, {
        groupId: uniqueName('group'),
        topics: [topic],
        sessionTimeoutMs: 90_000,
      })
      const producer = await connection.producer({ deliveryTimeoutMs: 120_000 })
      await producer.send([{ ...at, value: 'before' }])
      await stage.kafka.killBroker(0)
      const sending = producer.send([{ ...at, value: 'while it was down' }])
      const fetched = await connection.fetch({
        partitions: [{ ...at, offset: 0n, maxBytes: 1_000 }],
        isolation: 'read_committed',
        maxWaitMs: 100,
        minBytes: 1,
        maxBytes: 1_000,
      })
      assert.equal(fetched[0]?.error?.code, 'RETRIABLE')
      await stage.kafka.startBroker(0)
      await sending
      await until('the offset is committed', () =>
        member.membership.commit([{ ...at, offset: 2n }]).then(
          () => true,
          () => false,
        ),
      )
      assert.deepEqual(values(await readAll(connection, at)), ['before', 'while it was down'])
    },
  },
  {
    says: 'A frozen broker holds back no partition of another one',
    needsOwnBrokers: 3,
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection, 3, { replicationFactor: 1 })
      const producer = await connection.producer({})
      await producer.send([0, 1, 2].map(partition => ({ topic, partition, value: `${partition}` })))
      const [described] = await connection.describeTopics([topic])
      const frozen = described?.partitions[0]?.leader as number
      const fetchAll = () =>
        connection.fetch({
          partitions: [0, 1, 2].map(partition => ({ topic, partition, offset: 0n, maxBytes: 1 << 20 })),
          ...{ isolation: 'read_committed', maxWaitMs: 100, minBytes: 1, maxBytes: 1 << 20 },
        })
      const thaw = await stage.kafka.freeze(frozen - 1)
      await until('the others are read meanwhile', async () => {
        const answers = await fetchAll()
        const codes = [0, 1, 2].map(partition => answers.find(answer => answer.partition === partition)?.error?.code)
        assert.deepEqual(codes, ['RETRIABLE', undefined, undefined])
        return true
      })
      await thaw()
      await until('its partition is read', async () => (await fetchAll()).every(answer => answer.records.length === 1))
    },
  },
  {
    says: "A partition's leader killed: another broker leads, and fetching, producing in a transaction and committing go on",
    needsOwnBrokers: 3,
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection, 1, { replicationFactor: 3 })
      const at = { topic, partition: 0 }
      const leader = async () => (await connection.describeTopics([topic]))[0]?.partitions[0]?.leader as number
      const member = await stage.join(connection, {
        groupId: uniqueName('group'),
        topics: [topic],
        sessionTimeoutMs: 90_000,
      })
      const producer = await connection.producer({
        transactionalId: uniqueName('survivor'),
        deliveryTimeoutMs: 120_000,
      })
      producer.begin()
      await producer.send([{ ...at, value: 'under the first leader' }])
      const killed = await leader()
      await stage.kafka.killBroker(killed - 1)
      await producer.send([{ ...at, value: 'under the second' }])
      await until('an identity to commit with', async () => {
        await producer.sendOffsets(member.membership.identity(), [{ ...at, offset: 1n }])
        return true
      })
      await producer.commit()
      assert.notEqual(await leader(), killed)
      assert.deepEqual(values(await readAll(connection, at)), ['under the first leader', 'under the second'])
      await member.membership.commit([{ ...at, offset: 2n }])
      assert.equal((await connection.committedOffsets(member.membership.groupId, [at]))[0]?.offset, 2n)
    },
  },
]
