/** The monitor beside real groups of both protocols, and with brokers that come and go. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  type ClusterSnapshot,
  clusterClient,
  inEnglish,
  type Monitor,
  openChanges,
  openCluster,
  type Selection,
  testConnection,
} from '@tidemark/runtime/monitor'
import { useKafka } from '../../harness/kafka.ts'
import { uniqueName } from '../../harness/topics.ts'
import { until } from '../../harness/until.ts'

async function monitorOf(t: TestContext, brokers: readonly string[]): Promise<Monitor> {
  const monitor = await openCluster({ brokers })
  t.after(() => monitor.close())
  return monitor
}

async function createTopic(brokers: readonly string[], topic: string, partitions: number): Promise<void> {
  const connection = await (await clusterClient({ brokers })).connect()
  await connection.createTopics([{ topic, partitions, replicationFactor: 1 }])
  await connection.close()
}

async function produce(brokers: readonly string[], topic: string, count: number): Promise<void> {
  const connection = await (await clusterClient({ brokers })).connect()
  const producer = await connection.producer({})
  await producer.send(Array.from({ length: count }, (_, i) => ({ topic, key: `${i}`, value: `${i}` })))
  await producer.close()
  await connection.close()
}

/** Refreshes until the snapshot is as wanted. */
function seen(
  monitor: Monitor,
  selection: Selection,
  what: string,
  isAsWanted: (snapshot: ClusterSnapshot) => boolean,
): Promise<ClusterSnapshot> {
  const look = async () => {
    const snapshot = await monitor.refresh(selection)
    return isAsWanted(snapshot) ? snapshot : undefined
  }
  return until(what, look, { deadlineMs: 60_000, everyMs: 100 })
}

for (const protocol of ['classic', 'consumer'] as const) {
  test(`a group of the ${protocol} protocol: members, owners, lag that falls to nothing`, async t => {
    const kafka = await useKafka(t)
    const [topic, groupId] = [uniqueName('watched'), uniqueName(`of-${protocol}`)]
    await createTopic(kafka.brokers, topic, 2)
    await produce(kafka.brokers, topic, 40)
    const stop = new AbortController()
    const consumer = [
      '--bootstrap-server',
      kafka.brokers.join(','),
      '--topic',
      topic,
      '--group',
      groupId,
      '--from-beginning',
    ]
    const properties = [`group.protocol=${protocol}`, 'client.id=reader', 'auto.commit.interval.ms=100'].flatMap(
      text => ['--consumer-property', text],
    )
    const reading = kafka.tool('org.apache.kafka.tools.consumer.ConsoleConsumer', [...consumer, ...properties], {
      signal: stop.signal,
    })
    t.after(() => stop.abort())
    reading.catch(() => {})

    const monitor = await monitorOf(t, kafka.brokers)
    const snapshot = await seen(
      monitor,
      { details: [groupId] },
      'the group has read all',
      ({ selectedGroups: [group] }) => group?.readable === 0n,
    )
    const [group] = snapshot.selectedGroups
    assert.equal(group?.type, protocol)
    assert.equal(group.state, 'Stable')
    assert.equal(group.members?.length, 1)
    assert.deepEqual(
      group.partitions.map(({ partition, owner }) => [partition, owner]),
      [
        [0, 'reader'],
        [1, 'reader'],
      ],
    )
    assert.equal(
      group.partitions.reduce((sum, { committedOffset = 0n }) => sum + committedOffset, 0n),
      40n,
    )
    assert.equal(group.status, 'ok')

    stop.abort()
    await seen(
      monitor,
      { details: [groupId] },
      'the group is empty',
      ({ selectedGroups: [left] }) => left?.state === 'Empty',
    )
    await produce(kafka.brokers, topic, 10)
    const after = await monitor.refresh({ details: [groupId] })
    assert.equal(after.selectedGroups[0]?.readable, 10n)
    assert.equal(after.selectedGroups[0]?.status, 'stopped')
  })
}

test('a share group: its member, what is assigned, and where its first open record stands', async t => {
  const kafka = await useKafka(t, { isOwn: true })
  const [topic, groupId, at] = ['shared', 'sharers', ['--bootstrap-server', kafka.brokers.join(',')]]
  await kafka.tool('org.apache.kafka.tools.FeatureCommand', [...at, 'upgrade', '--feature', 'share.version=1'])
  const fromStart = [
    '--entity-type',
    'groups',
    '--entity-name',
    groupId,
    '--add-config',
    'share.auto.offset.reset=earliest',
  ]
  await kafka.tool('kafka.admin.ConfigCommand', [...at, '--alter', ...fromStart])
  await createTopic(kafka.brokers, topic, 2)
  await produce(kafka.brokers, topic, 40)
  const stop = new AbortController()
  t.after(() => stop.abort())
  kafka
    .tool('org.apache.kafka.tools.consumer.ConsoleShareConsumer', [...at, '--topic', topic, '--group', groupId], {
      signal: stop.signal,
    })
    .catch(() => {})
  const monitor = await monitorOf(t, kafka.brokers)
  const { selectedGroups } = await seen(
    monitor,
    { details: [groupId] },
    'both partitions are assigned and have a position',
    ({ selectedGroups: [group] }) =>
      group?.partitions.length === 2 && group.partitions.every(({ committedOffset }) => committedOffset !== undefined),
  )
  const [group] = selectedGroups
  assert.deepEqual([group?.type, group?.state, group?.members?.length], ['share', 'Stable', 1])
  assert.deepEqual(group?.members?.[0]?.assignment.map(({ partition }) => partition).sort(), [0, 1])
  assert.ok(group?.partitions.every(({ owner }) => owner === 'console-share-consumer'))
  // The brokers move it when they like, so both are asked until they were asked at one moment.
  await until('Kafka’s own tool says the same', async () => {
    const told = await kafka.tool('org.apache.kafka.tools.consumer.group.ShareGroupCommand', [
      ...at,
      '--describe',
      '--group',
      groupId,
    ])
    const { selectedGroups: now } = await monitor.refresh({ details: [groupId] })
    const rows = now[0]?.partitions.map(row => `${groupId} ${topic} ${row.partition} ${row.committedOffset}`) ?? []
    const lines = told.split('\n').map(line => line.trim().split(/\s+/).join(' '))
    return rows.length === 2 && rows.every(row => lines.includes(row))
  })
})

test('a refresh leaves no group and no commit behind', async t => {
  const kafka = await useKafka(t, { isOwn: true })
  await createTopic(kafka.brokers, 'quiet', 1)
  await produce(kafka.brokers, 'quiet', 5)
  const monitor = await monitorOf(t, kafka.brokers)
  for (let i = 0; i < 3; i++) await monitor.refresh({ groups: 'all', topics: ['quiet'], details: ['nobody'] })
  const groups = await kafka.tool('org.apache.kafka.tools.consumer.group.ConsumerGroupCommand', [
    '--bootstrap-server',
    kafka.brokers.join(','),
    '--list',
  ])
  assert.equal(groups.trim(), '')
})

test('a broker that is gone is a problem, not the end; when it is back, so are its partitions', async t => {
  const kafka = await useKafka(t, { brokers: 3 })
  await createTopic(kafka.brokers, 'spread', 3)
  await produce(kafka.brokers, 'spread', 30)
  const monitor = await monitorOf(t, kafka.brokers)
  const all = { topics: ['spread'] }
  const whole = await seen(
    monitor,
    all,
    'all ends are known',
    ({ selectedTopics: [topic] }) => topic?.partitions.every(({ ends }) => ends) === true,
  )
  assert.equal(
    whole.selectedTopics[0]?.partitions.reduce((sum, { ends }) => sum + (ends?.highWatermark ?? 0n), 0n),
    30n,
  )

  await kafka.killBroker(1)
  const report = await testConnection({ brokers: kafka.brokers })
  assert.ok(report.isUsable, 'two of three are enough to work with')
  assert.ok(report.steps.some(({ place, isFine }) => !isFine && place === kafka.brokers[1]))
  const broken = await seen(
    monitor,
    all,
    'its partition is missing',
    ({ selectedTopics: [topic] }) => topic?.partitions.some(({ ends }) => !ends) === true,
  )
  assert.equal(
    broken.selectedTopics[0]?.partitions.filter(({ ends }) => ends).length,
    2,
    'the others are read as before',
  )
  await seen(monitor, all, 'the broker is no longer listed', ({ brokers }) => brokers.length === 2)

  await kafka.startBroker(1)
  const healed = await seen(
    monitor,
    all,
    'all is back',
    ({ problems, selectedTopics: [topic] }) =>
      problems.length === 0 && topic?.partitions.every(({ ends }) => ends) === true,
  )
  assert.equal(healed.brokers.length, 3)
})

/** Makes groups until some are coordinated by the broker. */
async function groupsOn(brokers: readonly string[], monitor: Monitor, nodeId: number): Promise<string[]> {
  const changes = openChanges({ client: await clusterClient({ brokers }), clusterName: 'test', isReadOnly: false })
  for (let number = 0; number < 20; number++)
    await changes.resetOffsets(`spread-${number}`, [{ topic: 'spread', partition: 0, offset: 0n }])
  await changes.close()
  const { groups } = await monitor.refresh()
  return groups.filter(({ coordinator }) => coordinator === nodeId).map(({ groupId }) => groupId)
}

test('a frozen broker holds up only what it leads', async t => {
  const kafka = await useKafka(t, { brokers: 3 })
  await createTopic(kafka.brokers, 'spread', 3)
  const monitor = await monitorOf(t, kafka.brokers)
  await seen(
    monitor,
    { topics: ['spread'] },
    'all ends are known',
    ({ selectedTopics: [topic] }) => topic?.partitions.every(({ ends }) => ends) === true,
  )
  const groups = await groupsOn(kafka.brokers, monitor, 3)
  const thaw = await kafka.freeze(2)
  const first = await monitor.refresh({ topics: ['spread'] })
  const place = `broker 3 (${kafka.brokers[2]})`
  const told = ({ problems }: ClusterSnapshot) =>
    problems.map(problem => inEnglish([problem.place, ': ', problem.reason]))
  assert.deepEqual(told(first), [`${place}: no answer to ListGroups in time`])
  assert.equal(first.selectedTopics[0]?.partitions.filter(({ ends }) => ends).length, 2)
  assert.ok(groups.length > 0)
  assert.deepEqual(
    first.groups.filter(({ isSilent }) => isSilent).map(({ groupId }) => groupId),
    groups,
    'its groups are not gone',
  )
  // Waited for once: from then on it holds up nothing, and is told of all the same.
  const second = await monitor.refresh({ topics: ['spread'] })
  assert.deepEqual(told(second), told(first))
  assert.ok(second.tookMs < first.tookMs / 4, `${second.tookMs} ms after ${first.tookMs} ms`)
  await thaw()
  await seen(monitor, { topics: ['spread'] }, 'it answers again', ({ problems }) => problems.length === 0)
})
