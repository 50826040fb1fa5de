/** `tidemark reset`: sets a group's positions, and says first what that does. */
import {
  clusterClient,
  openChanges,
  openMonitor,
  type PlannedMove,
  planReset,
  positionsOf,
  type ResetPlan,
  type ResetTarget,
} from '../monitor/index.ts'
import { partitionName } from '../semantics/ranges.ts'
import { parse, wholeNumber } from './arguments.ts'
import { bigintsAsText, clusterConfig, count, shown, table } from './cluster.ts'
import { type Command, exitCodes, UsageError } from './command.ts'

const partitionMax = 2 ** 31 - 1

export const reset: Command = {
  summary: 'Sets the positions of a group that nobody is in, and says first what that does',
  help: `tidemark reset --group NAME --to earliest|latest|OFFSET|TIME   what it would do; with --yes it is done
tidemark reset --group NAME --by N                             so many offsets on, or back as in --by=-100

  --group NAME             its members, if there are any, must have left
  --to WHERE               earliest, latest, an offset, or a time such as 2026-11-30T12:00 (of this machine's zone without one)
  --topic NAME             may be repeated; all topics that the group has committed in
  --partition N            may be repeated, with one --topic
  --yes                    does it; what stood before is printed, so that it can be set again
  --brokers HOST:PORT[,…]  where the cluster is (127.0.0.1:9092)
  --config FILE            a Kafka client's properties file: TLS, logins, bootstrap.servers
  --json                   for programs: one JSON value, offsets as strings

A position outside the log is moved to its nearest end. Records are at most as many as offsets: markers and gaps take offsets too.
Exit codes: 0 done, 1 failed, 2 arguments not understood.
Example: tidemark reset --group order-totals --to 2026-11-30T12:00 --topic orders`,

  async run(args, terminal) {
    const { values, positionals } = parse(args, {
      brokers: { type: 'string' },
      config: { type: 'string' },
      json: { type: 'boolean' },
      group: { type: 'string' },
      topic: { type: 'string', multiple: true },
      partition: { type: 'string', multiple: true },
      to: { type: 'string' },
      by: { type: 'string' },
      yes: { type: 'boolean' },
    })
    const groupId = values.group ?? positionals[0]
    if (groupId === undefined) throw new UsageError('reset needs --group NAME')
    const target = targetOf(values)
    const partitions = values.partition?.map(text => wholeNumber('partition', text, 0, partitionMax))
    if (partitions && values.topic?.length !== 1) throw new UsageError('--partition goes with one --topic')

    const config = await clusterConfig(values, terminal)
    const client = await clusterClient(config)
    const monitor = await openMonitor({ client })
    try {
      const whole = await planReset(selection => monitor.refresh(selection), client, {
        groupId,
        target,
        topics: values.topic,
      })
      const isWanted = ({ partition }: { readonly partition: number }) => partitions?.includes(partition) ?? true
      const plan = { ...whole, moves: whole.moves.filter(isWanted), left: whole.left.filter(isWanted) }
      if (plan.moves.length === 0) {
        terminal.error(whyNothing(plan, values.topic))
        return exitCodes.failed
      }
      if (!values.yes) {
        terminal.out(values.json ? JSON.stringify(plan, bigintsAsText) : planText(plan))
        if (!values.json) terminal.out(notDone(plan))
        return exitCodes.done
      }
      const changes = openChanges({ client, clusterName: config.brokers.join(), isReadOnly: false })
      try {
        const before = await changes.resetOffsets(groupId, positionsOf(plan.moves))
        terminal.out(values.json ? JSON.stringify({ ...plan, before }, bigintsAsText) : `${planText(plan)}\n\nDone.`)
        return exitCodes.done
      } finally {
        await changes.close()
      }
    } finally {
      await monitor.close()
    }
  },
}

function targetOf({ to, by }: { readonly to?: string; readonly by?: string }): ResetTarget {
  if ((to === undefined) === (by === undefined)) throw new UsageError('reset needs either --to or --by')
  if (by !== undefined) {
    if (!/^[+-]?\d{1,18}$/.test(by)) throw new UsageError(`--by takes a whole number, not '${by}'`)
    return { kind: 'shift', by: BigInt(by.replace(/^\+/, '')) }
  }
  if (to === 'earliest' || to === 'latest') return { kind: to }
  if (/^\d{1,18}$/.test(to ?? '')) return { kind: 'offset', offset: BigInt(to ?? '') }
  const timestampMs = Date.parse(to ?? '')
  if (Number.isNaN(timestampMs))
    throw new UsageError(`--to takes earliest, latest, an offset or a time such as 2026-11-30T12:00, not '${to}'`)
  return { kind: 'time', timestampMs }
}

function planText({ groupId, moves, left }: ResetPlan): string {
  const header = ['partition', 'committed', 'new', 'read again', 'skipped', 'taken', 'next record']
  const rows = table(header, moves.map(rowOf), new Set([1, 2, 3, 4, 5]))
  const sum = (of: (move: PlannedMove) => bigint) => count(moves.reduce((total, move) => total + of(move), 0n))
  const parts = [
    `${shown(groupId)}: up to ${sum(move => move.replayed)} records read again, ${sum(move => move.skipped)} skipped, ${sum(move => move.taken)} taken by retention`,
    rows,
  ]
  if (left.length > 0) parts.push(`left as they are: ${shown(left.map(partitionName).join(', '))}`)
  return parts.join('\n')
}

function rowOf({ fromOffset, toOffset, replayed, skipped, taken, isClamped, next, ...place }: PlannedMove): string[] {
  return [
    shown(partitionName(place)),
    count(fromOffset),
    `${count(toOffset)}${isClamped ? ' (nearest)' : ''}`,
    count(replayed),
    count(skipped),
    count(taken),
    next ? `${new Date(next.timestampMs).toISOString()}${next.key === null ? '' : ` ${shown(next.key)}`}` : '-',
  ]
}

function notDone({ members }: ResetPlan): string {
  if (members.length === 0) return '\nNothing was changed: --yes does it.'
  const who = members.map(({ clientId, clientHost }) => shown(`${clientId} (${clientHost})`)).join(', ')
  return `\nNothing was changed, and --yes would be refused while the group has members: ${who}. Stop them first.`
}

function whyNothing({ groupId, left }: ResetPlan, topics: readonly string[] | undefined): string {
  if (left.length > 0)
    return `Nothing of ${shown(groupId)} can be set: of ${shown(left.map(partitionName).join(', '))} the log could not be read, or nothing is committed that could be shifted.`
  return topics
    ? `The cluster has none of these topics or partitions: ${shown(topics.join(', '))}. Correct the names.`
    : `${shown(groupId)} has committed nothing, so no topic is known: name one with --topic.`
}
