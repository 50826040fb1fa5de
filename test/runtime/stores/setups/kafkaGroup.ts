import { once } from 'node:events'
import { Kafka, logLevel } from 'kafkajs'
import type { GroupMembership, KafkaConnection } from '../../../../runtime/src/clients/client.ts'
import { kafkajs } from '../../../../runtime/src/clients/kafkajs.ts'
import { type GroupAccess, kafkaGroup } from '../../../../runtime/src/guarantees/kafkaGroup.ts'
import type { OffsetStore, OpenStore } from '../../../../runtime/src/stores/store.ts'
import { useKafka } from '../../../harness/kafka.ts'
import { uniqueName } from '../../../harness/topics.ts'
import type { StoreSetup } from '../setups.ts'

/** The topics of the contract, with the most partitions that a case asks for. */
const topics = [
  { topic: 'orders', partitions: 2 },
  { topic: 'wide', partitions: 300 },
]

let brokers: readonly string[] = []

/**
 * A place is `brokers groupPrefix`. Every opener joins under one static name (KIP-345), so that a second one takes the partitions over
 * at once and the first is a zombie, as after a restart; one that was killed is followed without waiting for its session to end.
 */
export const setup: StoreSetup = {
  suite: 'server',
  hasResults: false,
  isExclusive: false,
  lacks: {
    compareAndSet: 'a commit does not compare: the broker refuses who is no longer a member of this generation',
    insert: 'a commit overwrites; only the owner of a partition writes, and it has looked before',
    plans: 'nothing can be frozen without a comparison: the idempotent guarantee asks for another store',
    proofHistory: 'one proof a partition, that of its last batch',
    anyTopic: 'the broker knows its topics, and a name that is none is refused',
    looking: 'tidemark batches and the monitor read groups by their own way',
  },

  async start(suite) {
    // The contract's topics have plain names: a broker that others share could have them already.
    brokers = (await useKafka(suite, { isOwn: true })).brokers
    const connection = await connect(brokers)
    await connection.createTopics(topics)
    await connection.close()
  },

  fresh: async () => `${brokers.join(',')} ${uniqueName('place')}`,

  at(place) {
    const [addresses = '', prefix] = place.split(' ')
    return { store: joining(addresses.split(','), groupId => `${prefix}-${groupId}`) }
  },
}

/** The group as a pipeline has it: a connection, a membership, and the positions under it. */
function joining(addresses: readonly string[], named: (groupId: string) => string): OffsetStore {
  const unused = (): never => {
    throw new Error('not joined yet')
  }
  const bare = { groupId: '', connection: {} as KafkaConnection, membership: unused, patiently: unused, notice: unused }
  return {
    ...kafkaGroup(bare),
    async open({ groupId }) {
      const connection = await connect(addresses)
      const membership = await join(connection, named(groupId))
      const access: GroupAccess = {
        ...bare,
        groupId: named(groupId),
        connection,
        membership: () => membership,
        patiently: (_what, request) => request(),
      }
      return closingWith(await kafkaGroup(access).open(), async () => {
        await membership.leave()
        await connection.close()
      })
    },
  }
}

function connect(addresses: readonly string[]): Promise<KafkaConnection> {
  return kafkajs(new Kafka({ clientId: 'contract', brokers: [...addresses], logLevel: logLevel.NOTHING })).connect()
}

async function join(connection: KafkaConnection, groupId: string): Promise<GroupMembership> {
  const events = new EventTarget()
  const assigned = once(events, 'assigned')
  const membership = await connection.join({
    groupId,
    topics: topics.map(({ topic }) => topic),
    groupInstanceId: 'owner',
    sessionTimeoutMs: 45_000,
    rebalanceTimeoutMs: 60_000,
    // Later than any case takes: what has taken over is found out by the commit that is refused.
    heartbeatIntervalMs: 10_000,
    onAssigned: async () => void events.dispatchEvent(new Event('assigned')),
    onRevoked: async () => {},
    onLost: () => {},
    onError: () => {},
  })
  await assigned
  return membership
}

function closingWith(open: OpenStore, leave: () => Promise<void>): OpenStore {
  let left: Promise<void> | undefined
  return new Proxy(open, {
    get(target, name) {
      if (name === 'close') return () => target.close().then(() => (left ??= leave()))
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
