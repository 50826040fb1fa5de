/**
 * A client that learns of the end of its session late, as many clients do: a zombie that works on for a while.
 *
 * Without it our own client's watch over its session stops most zombies before the store or the broker has to; then an experiment could
 * not tell a compare-and-set from none.
 */
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
      if (name === 'join')
        return async (options: JoinOptions) => deafMembership(await target.join(withLateNews(options)))
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function withLateNews(options: JoinOptions): JoinOptions {
  return { ...options, onLost: partitions => void setTimeout(() => options.onLost(partitions), deafMs) }
}

function deafMembership(membership: GroupMembership): GroupMembership {
  let last: MemberIdentity | undefined
  return {
    groupId: membership.groupId,
    get assignment() {
      return membership.assignment
    },
    identity() {
      try {
        last = membership.identity()
      } catch (error) {
        if (!last) throw error
      }
      return last
    },
    commit: offsets => membership.commit(offsets),
    leave: () => membership.leave(),
  }
}
