/** Who owns what, when it is given up, and what a member that no longer counts can do: nothing. */
import assert from 'node:assert/strict'
import { uniqueName } from '../../../harness/topics.ts'
import { until } from '../../../harness/until.ts'
import { bareKafkajs, type Promised } from '../stage.ts'

export const membership: readonly Promised[] = [
  {
    says: 'Partitions are given to another member only after onRevoked has resolved, and it can still commit',
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection, 2)
      const groupId = uniqueName('group')
      const order: string[] = []
      let release = () => {}
      const released = new Promise<void>(resolve => {
        release = resolve
      })
      const first = await stage.join(connection, {
        groupId,
        topics: [topic],
        onRevoked: async () => {
          order.push('revoking')
          await released
          await first.membership.commit([{ topic, partition: 1, offset: 7n }])
          order.push('revoked')
        },
      })
      const joining = stage.join(await stage.connect(), {
        groupId,
        topics: [topic],
        onAssigned: async () => void order.push('assigned'),
      })
      await until('the first member was asked to give up', () => order.includes('revoking'))
      release()
      const second = await joining
      await until('both own one', () => first.owned.length === 1 && second.owned.length === 1)
      assert.deepEqual(order, ['revoking', 'revoked', 'assigned'])
      assert.equal((await connection.committedOffsets(groupId, [{ topic, partition: 1 }]))[0]?.offset, 7n)
    },
  },
  {
    says: 'A commit for a partition of another member is refused',
    closes: [2],
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection, 2)
      const groupId = uniqueName('group')
      const first = await stage.join(connection, { groupId, topics: [topic] })
      const second = await stage.join(await stage.connect(), { groupId, topics: [topic] })
      await until('both own one', () => first.owned.length === 1 && second.owned.length === 1)
      const foreign = { topic, partition: second.owned[0] as number }
      await assert.rejects(first.membership.commit([{ ...foreign, offset: 5n }]), { code: 'FENCED' })
      assert.equal((await connection.committedOffsets(groupId, [foreign]))[0]?.offset, undefined)
      await second.membership.commit([{ ...foreign, offset: 6n }])
      assert.equal((await connection.committedOffsets(groupId, [foreign]))[0]?.offset, 6n)
    },
  },
  {
    says: 'A rebalance moves no position: those are kept by the caller, and nothing seeks for it',
    closes: [9, 10],
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection, 2)
      const groupId = uniqueName('group')
      const first = await stage.join(connection, { groupId, topics: [topic] })
      await first.membership.commit([
        { topic, partition: 0, offset: 1n },
        { topic, partition: 1, offset: 1n },
      ])
      const second = await stage.join(await stage.connect(), { groupId, topics: [topic] })
      await until('both own one', () => first.owned.length === 1 && second.owned.length === 1)
      await second.membership.leave()
      await until('the first owns both again', () => first.owned.length === 2)
      const offsets = await connection.committedOffsets(
        groupId,
        [0, 1].map(partition => ({ topic, partition })),
      )
      assert.deepEqual(
        offsets.map(({ offset }) => offset),
        [1n, 1n],
      )
    },
  },
  {
    says: 'Heartbeats go on while a callback runs for longer than the session lasts',
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      const startedMs = performance.now()
      const member = await stage.join(connection, {
        groupId: uniqueName('group'),
        topics: [topic],
        sessionTimeoutMs: 6_000,
        onAssigned: () => until('7 seconds of work', () => performance.now() - startedMs > 7_000).then(() => {}),
      })
      await until('the work is done', () => member.count('assigned') === 1)
      await member.membership.commit([{ topic, partition: 0, offset: 1n }])
      assert.equal(member.count('lost'), 0)
    },
  },
  {
    says: 'After leaving, a commit is refused rather than forgotten',
    closes: [8],
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      const groupId = uniqueName('group')
      const member = await stage.join(connection, { groupId, topics: [topic] })
      const left = member.membership.leave()
      await assert.rejects(member.membership.commit([{ topic, partition: 0, offset: 5n }]), { code: 'FENCED' })
      await left
      assert.equal((await connection.committedOffsets(groupId, [{ topic, partition: 0 }]))[0]?.offset, undefined)
    },
  },
  {
    says: 'A callback that throws, whatever it throws, ends the membership with an error and frees the partitions',
    closes: [12],
    async prove(stage) {
      for (const thrown of [new TypeError('no function'), null]) {
        const connection = await stage.connect()
        const topic = await stage.topic(connection)
        const groupId = uniqueName('group')
        const member = await stage.join(connection, {
          groupId,
          topics: [topic],
          onAssigned: () => Promise.reject(thrown),
        })
        await until('the error is told', () => member.errors.length === 1)
        assert.equal(member.count('lost'), 1)
        const next = await stage.join(connection, { groupId, topics: [topic] })
        await until('another member owns it', () => next.owned.length === 1)
      }
    },
  },
  {
    says: 'Leaving, or closing the connection, inside a callback does not hang',
    closes: [13],
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection)
      const done: string[] = []
      const groupId = uniqueName('group')
      const leaver = await stage.join(connection, {
        groupId,
        topics: [topic],
        onAssigned: () => leaver.membership.leave().then(() => void done.push('left')),
      })
      await until('it has left', () => done.includes('left'))
      const other = await stage.connect()
      await stage.join(other, {
        groupId,
        topics: [topic],
        onAssigned: () => other.close().then(() => void done.push('closed')),
      })
      await until('it has closed', () => done.includes('closed'))
    },
  },
  {
    says: 'Partitions added to a topic, and topics that come to match a pattern, are assigned',
    async prove(stage) {
      const connection = await stage.connect()
      const stem = uniqueName('pattern')
      await connection.createTopics([{ topic: `${stem}-a`, partitions: 1 }])
      const member = await stage.join(connection, {
        groupId: uniqueName('group'),
        topics: new RegExp(`^${stem}-`, 'g'),
        metadataRefreshIntervalMs: 100,
      })
      await until('the first is assigned', () => member.owned.length === 1)
      await connection.createTopics([{ topic: `${stem}-b`, partitions: 2 }])
      await until('the new topic is assigned', () => member.owned.length === 3)
      const admin = bareKafkajs(stage.kafka.brokers).admin()
      await admin.connect()
      stage.t.after(() => admin.disconnect())
      await admin.createPartitions({ topicPartitions: [{ topic: `${stem}-a`, count: 3 }] })
      await until('the new partitions are assigned', () => member.owned.length === 5)
    },
  },
  {
    says: 'A static member that falls silent and returns in time gets its partitions back without a rebalance',
    async prove(stage) {
      const topicConnection = await stage.connect()
      const topic = await stage.topic(topicConnection, 2)
      const groupId = uniqueName('group')
      const join = async (groupInstanceId: string) => {
        const connection = await stage.connect()
        return {
          connection,
          member: await stage.join(connection, { groupId, topics: [topic], groupInstanceId, sessionTimeoutMs: 45_000 }),
        }
      }
      const steady = await join('steady')
      const passing = await join('passing')
      await until('both own one', () => steady.member.owned.length === 1 && passing.member.owned.length === 1)
      const [generation, owned, revokes] = [
        steady.member.membership.identity().generation,
        passing.member.owned,
        steady.member.count('revoked'),
      ]
      await passing.connection.close()
      const returned = await join('passing')
      await until('it owns again', () => returned.member.owned.length === 1)
      assert.deepEqual(returned.member.owned, owned)
      assert.equal(steady.member.membership.identity().generation, generation)
      assert.equal(steady.member.count('revoked'), revokes)
    },
  },
  {
    says: "Shares a group with kafkajs' own consumers",
    async prove(stage) {
      const connection = await stage.connect()
      const topic = await stage.topic(connection, 4)
      const groupId = uniqueName('group')
      const consumer = bareKafkajs(stage.kafka.brokers).consumer({
        groupId,
        heartbeatInterval: 200,
        maxWaitTimeInMs: 100,
      })
      stage.t.after(() => consumer.disconnect())
      let foreign: number[] = []
      consumer.on('consumer.group_join', ({ payload }) => {
        foreign = payload.memberAssignment[topic] ?? []
      })
      await consumer.connect()
      await consumer.subscribe({ topics: [topic] })
      await consumer.run({ eachMessage: async () => {} })
      const member = await stage.join(connection, { groupId, topics: [topic] })
      await until('they share', () => member.owned.length === 2 && foreign.length === 2)
      assert.deepEqual([...member.owned, ...foreign].toSorted(), [0, 1, 2, 3])
    },
  },
]
