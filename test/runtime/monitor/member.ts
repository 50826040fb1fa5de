/** A member of a group that reads nothing, and is only there. */
import type { TestContext } from 'node:test'
import type { GroupMembership, KafkaConnection } from '../../../runtime/src/clients/client.ts'

/** @returns once it has its partitions */
export async function joinGroup(
  t: TestContext,
  connection: KafkaConnection,
  groupId: string,
  topic: string,
): Promise<GroupMembership> {
  const assigned = Promise.withResolvers<void>()
  const membership = await connection.join({
    groupId,
    topics: [topic],
    sessionTimeoutMs: 30_000,
    rebalanceTimeoutMs: 30_000,
    heartbeatIntervalMs: 1_000,
    onAssigned: async () => assigned.resolve(),
    onRevoked: async () => {},
    onLost: () => {},
    onError: error => assigned.reject(error),
  })
  t.after(() => membership.leave().catch(() => {}))
  await assigned.promise
  return membership
}
