/** `tidemark lag`: a group's lag by cause, partition by partition. */
import type { ClusterSnapshot, GroupMember, GroupPartition, GroupSnapshot, GroupStatus } from '../monitor/index.ts'
import { partitionName } from '../semantics/ranges.ts'
import { parse } from './arguments.ts'
import { clusterHelp, clusterOptions, count, showCluster, shown, table } from './cluster.ts'
import { type Command, type Terminal, UsageError } from './command.ts'
import { storeHelp, storeNamed } from './storeArgument.ts'

export const lag: Command = {
  summary: "A group's lag by cause: records, markers, gaps, taken by retention",
  help: `tidemark lag --group NAME  committed offset, end, records left to read and why the offsets differ

  --group NAME             may be repeated; a group that does not exist yet is waited for
  --members                with the members of each group and what is assigned to them
${storeHelp}
                           of a pipeline that keeps them outside Kafka: its lag from there; needs one --group
${clusterHelp}

Exit codes: 0 done, 1 failed, 2 arguments not understood.
Example: tidemark lag --brokers localhost:9092 --group order-totals --watch 5`,

  async run(args, terminal) {
    const { values, positionals } = parse(args, {
      ...clusterOptions,
      group: { type: 'string', multiple: true },
      members: { type: 'boolean' },
      store: { type: 'string' },
    })
    const wanted = [...(values.group ?? []), ...positionals]
    const [groupId] = wanted
    if (groupId === undefined) throw new UsageError('lag needs --group NAME')
    if (values.store !== undefined) {
      if (wanted.length > 1) throw new UsageError('--store goes with one --group, since a store is one pipeline’s')
      return storedLag(values, terminal, groupId, values.store)
    }
    return showCluster(
      values,
      terminal,
      () => ({ details: wanted }),
      snapshot => lagView(snapshot, wanted, values.members === true),
    )
  },
}

/** The same rows for positions that lie elsewhere; the store is asked anew each time. */
async function storedLag(
  values: Parameters<typeof showCluster>[0],
  terminal: Terminal,
  groupId: string,
  text: string,
): Promise<number> {
  const store = await storeNamed(text)
  return showCluster(
    values,
    terminal,
    async () => ({
      stored: [{ groupId, store: store.name, positions: (await store.readOffsets?.(groupId)) ?? [] }],
    }),
    ({ storedGroups }) => ({
      text: storedGroups.map(group => groupText(group, false)).join('\n\n'),
      json: storedGroups,
    }),
  )
}

export const statusText: Readonly<Record<GroupStatus, string>> = {
  ok: 'ok',
  catchingUp: 'ok, catching up',
  fallingBehind: 'warning: falling behind',
  stalled: 'stalled: no progress',
  stopped: 'stopped: no members',
  rewound: 'rewound',
  positionLost: 'position lost',
  neverCommitted: 'never committed',
  unknown: 'not judged yet',
}

function lagView({ groups, selectedGroups }: ClusterSnapshot, wanted: readonly string[], withMembers: boolean) {
  const found = new Map(selectedGroups.map(group => [group.groupId, group]))
  const parts = wanted.map(groupId => {
    const group = found.get(groupId)
    if (group) return groupText(group, withMembers)
    const isSilent = groups.some(one => one.groupId === groupId && one.isSilent)
    return `${shown(groupId)}: ${isSilent ? 'its coordinator does not answer' : 'waiting, the group has not committed yet'}`
  })
  return { text: parts.join('\n\n'), json: selectedGroups }
}

function groupText(group: GroupSnapshot, withMembers: boolean): string {
  const { groupId, type, state, members, readable, offsetsBehind, isPartial, status, partitions } = group
  const least = isPartial ? 'at least ' : ''
  const records =
    readable === undefined
      ? `${least}${count(offsetsBehind)} offsets behind`
      : `${least}${count(readable)} records behind`
  const who = members && (members.length === 1 ? '1 member' : `${members.length} members`)
  const facts = [type, shown(state), who, records, statusText[status]].filter(fact => fact !== undefined)
  const header = ['partition', 'committed', 'end', 'records', 'why', 'rate/s', 'behind', 'left', 'owner']
  const rows = table(header, partitions.map(rowOf), new Set([1, 2, 3, 5, 6, 7]))
  const parts = [`${shown(groupId)}  ${facts.join(', ')}`, rows]
  if (withMembers && members) parts.push('', memberTable(members))
  return parts.join('\n')
}

function memberTable(members: readonly GroupMember[]): string {
  if (members.length === 0) return 'no members'
  const rows = members.map(({ clientId, clientHost, memberId, groupInstanceId, assignment }) => [
    shown(clientId),
    shown(clientHost),
    shown(groupInstanceId ?? memberId),
    assignment.length === 0 ? 'nothing' : shown(assignment.map(partitionName).join(', ')),
  ])
  return table(['client', 'host', 'member', 'assigned'], rows, new Set())
}

function rowOf(row: GroupPartition): string[] {
  const { topic, partition, committedOffset, ends, lag, consumedPerSecond, owner } = row
  return [
    `${shown(topic)}/${partition}`,
    count(committedOffset),
    count(ends?.highWatermark),
    count(lag?.readable),
    whyText(row),
    consumedPerSecond === undefined ? '-' : count(Math.round(consumedPerSecond)),
    timeText(row.secondsBehind),
    timeText(row.secondsLeft),
    owner === undefined ? '-' : shown(owner),
  ]
}

/** Why the offsets differ, in words. */
function whyText({ lag }: GroupPartition): string {
  if (!lag) return 'the leader did not answer'
  if (lag.state === 'neverCommitted') return `never committed (${count(lag.offsets)} offsets in the log)`
  if (lag.state === 'positionLost') return 'the stored position is no offset of this log'
  const causes = [
    part(lag.readable, 'record', 'records'),
    part(lag.markersAndAborted, 'marker or aborted', 'markers and aborted'),
    part(lag.gaps, 'gap', 'gaps'),
    part(lag.takenByRetention, 'taken by retention unread', 'taken by retention unread'),
    part(lag.inOpenTransactions, 'in open transactions', 'in open transactions'),
  ].filter(text => text !== '')
  if (lag.readable === undefined) causes.unshift(`${count(lag.offsets)} offsets, not counted yet`)
  if (lag.state === 'caughtUp') causes.unshift('caught up')
  return causes.join(', ')
}

function part(value: bigint | undefined, one: string, many: string): string {
  if (value === undefined || value === 0n) return ''
  return `${count(value)} ${value === 1n ? one : many}`
}

function timeText(seconds: number | undefined): string {
  if (seconds === undefined) return '-'
  if (seconds === Number.POSITIVE_INFINITY) return 'never'
  if (seconds > 0 && seconds < 1) return '< 1 s'
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  return seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`
}
