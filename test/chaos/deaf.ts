/**
 * A client that learns of the end of its session late, as many clients do: a zombie that works on for a while.
 *
 * Without it our own client's watch over its session stops most zombies before the store or the broker has to; then an experiment could
 * not tell a compare-and-set from none.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type {
  GroupMembership,
  JoinOptions,
  KafkaClient,
  KafkaConnection,
  MemberIdentity,
} from '../../runtime/src/clients/client.ts'

const deafMs = 700

export function deafClient(client: KafkaClient): KafkaClient {
  return {
    name: client.name,
    capabilities: client.capabilities,
    connect: async () => deafConnection(await client.connect()),
  }
}

function deafConnection(connection: KafkaConnection): KafkaConnection {
  return new Proxy(connection, {
    get(target, name) {
      if (name === 'join') return (options: JoinOptions) => deafJoin(target, options)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

/** What a member still believes: the identity it had, and that nothing new has been assigned, until the news arrives. */
interface Belief {
  last: MemberIdentity | undefined
  /** Set from the end of the session until the member hears of it. */
  news: Promise<void> | undefined
}

async function deafJoin(connection: KafkaConnection, options: JoinOptions): Promise<GroupMembership> {
  const belief: Belief = { last: undefined, news: undefined }
  const membership = await connection.join({
    ...options,
    onLost(partitions) {
      belief.news = wait(deafMs).then(() => {
        belief.news = undefined
        options.onLost(partitions)
      })
    },
    // In the order in which they happened: what was lost is heard of before what is given anew.
    async onAssigned(partitions) {
      await belief.news
      await options.onAssigned(partitions)
    },
  })
  return {
    groupId: membership.groupId,
    get assignment() {
      return membership.assignment
    },
    identity() {
      if (belief.news === undefined || belief.last === undefined) belief.last = membership.identity()
      return belief.last
    },
    commit: offsets => membership.commit(offsets),
    leave: () => membership.leave(),
  }
}
