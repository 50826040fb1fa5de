/** Positions and members of groups as their coordinators tell of them: one request a coordinator and kind. */
import type { Cluster } from '../clients/kafka-protocol/cluster.ts'
import { KafkaCodeError } from '../clients/kafka-protocol/errorCodes.ts'
import { type DescribedGroup, describeGroups } from '../clients/kafka-protocol/requests/describeGroups.ts'
import { offsetFetch } from '../clients/kafka-protocol/requests/offsets.ts'
import type { Request } from '../clients/kafka-protocol/transport.ts'
import type { TopicPartition } from '../semantics/ranges.ts'
import { brokerProblem, groupProblem } from './problems.ts'
import {
  consumerGroupDescribeKey,
  describeConsumerGroups,
  describeShareGroups,
  shareGroupDescribeKey,
} from './requests/describeModernGroups.ts'
import {
  type GroupOffsets,
  offsetFetchKey,
  offsetFetchMany,
  offsetFetchManyVersion,
} from './requests/offsetFetchMany.ts'
import { shareGroupOffsets, shareGroupOffsetsKey } from './requests/shareGroupOffsets.ts'
import type { GroupSummary, GroupType, Problem } from './snapshot.ts'

/** A coordinator answers a request as a whole; more groups than this are asked for in turns. */
const groupsPerRequestMax = 500

export interface CommittedPosition extends TopicPartition {
  readonly offset: bigint
  readonly metadata: string
  /** It belongs to another topic, which had this name before or has it elsewhere. */
  readonly isForeign?: boolean
}

/** What each of these groups has committed, by group id. Share groups commit nothing: their positions are the brokers'. */
export async function readCommitted(
  cluster: Cluster,
  groups: readonly GroupSummary[],
): Promise<{
  readonly byGroup: ReadonlyMap<string, readonly CommittedPosition[]>
  readonly problems: readonly Problem[]
}> {
  const byGroup = new Map<string, readonly CommittedPosition[]>()
  const problems: Problem[] = []
  const { share = [], others = [] } = Object.groupBy(groups, ({ type }) => (type === 'share' ? 'share' : 'others'))
  const asks = [
    ...batches(others).map(ask => ({ ...ask, read: readOffsets })),
    ...(cluster.versions.has(shareGroupOffsetsKey) ? batches(share) : []).map(ask => ({ ...ask, read: readShares })),
  ]
  await Promise.all(
    asks.map(({ coordinator, batch, read }) =>
      attempt(problems, cluster, coordinator, async () => {
        for (const { groupId, errorCode, offsets } of await read(cluster, coordinator, batch)) {
          if (errorCode !== 0) problems.push(groupProblem(groupId, new KafkaCodeError('OffsetFetch', errorCode)))
          else
            byGroup.set(
              groupId,
              offsets.filter(({ offset, errorCode: code }) => code === 0 && offset !== -1n),
            )
        }
      }),
    ),
  )
  return { byGroup, problems }
}

function readOffsets(
  cluster: Cluster,
  coordinator: number,
  groups: readonly GroupSummary[],
): Promise<readonly GroupOffsets[]> {
  return cluster.supports(offsetFetchKey, offsetFetchManyVersion)
    ? cluster.send(coordinator, offsetFetchMany(groups.map(({ groupId }) => groupId)))
    : oneByOne(cluster, coordinator, groups)
}

function readShares(
  cluster: Cluster,
  coordinator: number,
  groups: readonly GroupSummary[],
): Promise<readonly GroupOffsets[]> {
  return cluster.send(coordinator, shareGroupOffsets(groups.map(({ groupId }) => groupId)))
}

/** Members and assignment, by group id. */
export async function readMembers(
  cluster: Cluster,
  groups: readonly GroupSummary[],
): Promise<{ readonly byGroup: ReadonlyMap<string, DescribedGroup>; readonly problems: readonly Problem[] }> {
  const byGroup = new Map<string, DescribedGroup>()
  const problems: Problem[] = []
  const kinds: readonly {
    readonly types: readonly GroupType[]
    readonly request: (ids: readonly string[]) => Request<readonly DescribedGroup[]>
    readonly isSpoken: boolean
  }[] = [
    { types: ['classic', 'simple', 'unknown'], request: describeGroups, isSpoken: true },
    { types: ['consumer'], request: describeConsumerGroups, isSpoken: cluster.versions.has(consumerGroupDescribeKey) },
    {
      types: ['share'],
      request: describeShareGroups,
      isSpoken: (cluster.versions.get(shareGroupDescribeKey)?.max ?? 0) >= 1,
    },
  ]
  const asks = kinds
    .filter(({ isSpoken }) => isSpoken)
    .flatMap(({ types, request }) =>
      batches(groups.filter(({ type }) => types.includes(type))).map(ask => ({ ...ask, request })),
    )
  await Promise.all(
    asks.map(({ coordinator, batch, request }) =>
      attempt(problems, cluster, coordinator, async () => {
        for (const group of await cluster.send(coordinator, request(batch.map(({ groupId }) => groupId)))) {
          if (group.errorCode === 0) byGroup.set(group.groupId, group)
          else problems.push(groupProblem(group.groupId, new KafkaCodeError('the description', group.errorCode)))
        }
      }),
    ),
  )
  return { byGroup, problems }
}

async function oneByOne(
  cluster: Cluster,
  coordinator: number,
  groups: readonly GroupSummary[],
): Promise<readonly GroupOffsets[]> {
  return Promise.all(
    groups.map(async ({ groupId }) => {
      const offsets = await cluster.send(coordinator, offsetFetch(groupId, null))
      return { groupId, errorCode: 0, offsets: offsets.map(offset => ({ ...offset, metadata: offset.metadata ?? '' })) }
    }),
  )
}

function batches(groups: readonly GroupSummary[]): { coordinator: number; batch: GroupSummary[] }[] {
  const byCoordinator = Map.groupBy(groups, ({ coordinator }) => coordinator)
  return [...byCoordinator].flatMap(([coordinator, all]) =>
    Array.from({ length: Math.ceil(all.length / groupsPerRequestMax) }, (_, i) => ({
      coordinator,
      batch: all.slice(i * groupsPerRequestMax, (i + 1) * groupsPerRequestMax),
    })),
  )
}

/** One that fails is told of; the others go on. */
async function attempt<Result>(
  problems: Problem[],
  cluster: Cluster,
  nodeId: number,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work()
  } catch (error) {
    problems.push(brokerProblem(cluster, nodeId, error))
    return undefined
  }
}
