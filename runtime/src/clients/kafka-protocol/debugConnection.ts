/** What a debug run asks of the cluster beside what its pipeline asks. */
import type { DebugConnection } from '../client.ts'
import type { Cluster } from './cluster.ts'
import { checkCode } from './errorCodes.ts'
import { deleteGroups } from './requests/deleteGroups.ts'
import { describeBrokerConfigs } from './requests/describeConfigs.ts'
import { describeGroups } from './requests/describeGroups.ts'
import { leaveGroup } from './requests/group.ts'
import { listGroups, listGroupsKey } from './requests/listGroups.ts'

const sessionTimeoutMaxConfig = 'group.max.session.timeout.ms'
/** Brokers asked for their configuration; it is the same for all of them, as a rule. */
const askedMax = 8

export function debugConnection(
  cluster: Cluster,
  told: <Result>(request: string, work: () => Promise<Result>) => Promise<Result>,
): DebugConnection {
  const nodeIds = async () => (await cluster.describe([])).brokers.map(({ nodeId }) => nodeId)
  return {
    brokers: () => told('Metadata', async () => (await nodeIds()).map(nodeId => cluster.addressOf(nodeId))),
    clusterId: () => told('Metadata', async () => (await cluster.describe([])).clusterId ?? undefined),
    sessionTimeoutMsMax: () =>
      told('DescribeConfigs', async () => {
        const asked = (await nodeIds()).slice(0, askedMax)
        const limits = (await Promise.all(asked.map(nodeId => sessionLimit(cluster, nodeId)))).filter(each => each > 0)
        return limits.length === 0 ? undefined : Math.min(...limits)
      }),
    groups: () =>
      told('ListGroups', async () => {
        const newest = cluster.versions.get(listGroupsKey)?.max ?? 3
        const request = listGroups(newest >= 5 ? 5 : newest >= 4 ? 4 : 3)
        const lists = await Promise.all((await nodeIds()).map(nodeId => cluster.send(nodeId, request)))
        return lists.flat().map(({ groupId, state }) => ({ groupId, isEmpty: state === 'Empty' || state === 'Dead' }))
      }),
    removeMembers: groupId =>
      told(`LeaveGroup of group ${groupId}`, async () => {
        const [group] = await cluster.sendToCoordinatorOnce('group', groupId, describeGroups([groupId]))
        // A member that has gone meanwhile is what was wanted.
        for (const { memberId } of group?.members ?? [])
          await cluster.sendToCoordinatorOnce(
            'group',
            groupId,
            leaveGroup({ groupId, memberId, generation: -1, groupInstanceId: undefined }),
          )
      }),
    deleteGroup: async groupId => {
      await told(`DeleteGroups of ${groupId}`, () =>
        cluster.sendToCoordinator('group', groupId, deleteGroups([groupId]), ([result]) =>
          checkCode(`DeleteGroups of ${groupId}`, result?.errorCode ?? -1),
        ),
      )
    },
  }
}

/** NaN where the broker does not tell: who may consume need not be allowed to read configurations. */
async function sessionLimit(cluster: Cluster, nodeId: number): Promise<number> {
  const [answer] = await cluster.send(nodeId, describeBrokerConfigs(nodeId, [sessionTimeoutMaxConfig])).catch(() => [])
  return Number(answer?.configs.find(({ name }) => name === sessionTimeoutMaxConfig)?.value ?? Number.NaN)
}
