/** `tidemark groups`: all groups with type, state, lag and status. */
import type { ClusterSnapshot } from '../monitor/index.ts'
import { parse } from './arguments.ts'
import { clusterHelp, clusterOptions, count, showCluster, shown, table } from './cluster.ts'
import { type Command, UsageError } from './command.ts'
import { statusText } from './lag.ts'

export const groups: Command = {
  summary: 'Consumer groups of a cluster with type, state and lag',
  help: `tidemark groups            all groups: type (classic, consumer, share, streams, simple), state, offsets behind, status

${clusterHelp}

'offsets behind' counts positions, markers and gaps included; 'tidemark lag --group NAME' tells them from records.
Exit codes: 0 done, 1 failed, 2 arguments not understood.`,

  async run(args, terminal) {
    const { values, positionals } = parse(args, clusterOptions)
    if (positionals[0] !== undefined)
      throw new UsageError(`groups takes no name; 'tidemark lag --group ${positionals[0]}' shows one group`)
    return showCluster(values, terminal, () => ({ groups: 'all' }), groupView)
  },
}

function groupView({ selectedGroups }: ClusterSnapshot) {
  const rows = selectedGroups.map(({ groupId, type, state, offsetsBehind, isPartial, status }) => [
    shown(groupId),
    type,
    state,
    `${isPartial && offsetsBehind !== undefined ? '>= ' : ''}${count(offsetsBehind)}`,
    statusText[status],
  ])
  const text =
    rows.length === 0 ? 'no groups' : table(['group', 'type', 'state', 'offsets behind', 'status'], rows, new Set([3]))
  return { text, json: selectedGroups.map(({ history: _history, ...group }) => group) }
}
