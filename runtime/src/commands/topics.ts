/** `tidemark topics`: topics, or one topic's partitions with their offsets. */
import type { ClusterSnapshot, TopicSnapshot } from '../monitor/index.ts'
import { parse } from './arguments.ts'
import { clusterHelp, clusterOptions, count, showCluster, shown, table } from './cluster.ts'
import type { Command } from './command.ts'

export const topics: Command = {
  summary: "Topics of a cluster, or the partitions' offsets of some",
  help: `tidemark topics            all topics
tidemark topics NAME …     their partitions: log start, last stable offset, end, leader, in-sync replicas; and the
                           settings made on the topics themselves (--json: all settings)

  --internal               with Kafka's own topics
${clusterHelp}

Exit codes: 0 done, 1 failed or no such topic, 2 arguments not understood.`,

  async run(args, terminal) {
    const { values, positionals: names } = parse(args, { ...clusterOptions, internal: { type: 'boolean' } })
    let missing: readonly string[] = []
    const code = await showCluster(
      values,
      terminal,
      () => ({ topics: names }),
      snapshot => {
        missing = names.filter(name => !snapshot.topics.some(({ topic }) => topic === name))
        return names.length > 0 ? partitionView(snapshot) : topicView(snapshot, values.internal === true)
      },
    )
    for (const name of missing) terminal.error(`The cluster has no topic '${shown(name)}'.`)
    return missing.length > 0 ? 1 : code
  },
}

function topicView({ topics: all }: ClusterSnapshot, withInternal: boolean) {
  const list = all.filter(({ isInternal }) => withInternal || !isInternal)
  const rows = list.map(({ topic, partitionCount, replicationFactor, underReplicatedCount, offlineCount }) => [
    shown(topic),
    count(partitionCount),
    count(replicationFactor),
    offlineCount > 0
      ? `${offlineCount} without leader`
      : underReplicatedCount > 0
        ? `${underReplicatedCount} under-replicated`
        : 'fine',
  ])
  const text =
    list.length === 0 ? 'no topics' : table(['topic', 'partitions', 'replicas', 'state'], rows, new Set([1, 2]))
  return { text, json: list }
}

function partitionView({ selectedTopics }: ClusterSnapshot) {
  const rows = selectedTopics.flatMap(({ topic, partitions }: TopicSnapshot) =>
    partitions.map(({ partition, ends, leader, replicas, isr }) => [
      shown(topic),
      count(partition),
      count(ends?.logStartOffset),
      count(ends?.lastStableOffset),
      count(ends?.highWatermark),
      leader === undefined ? 'none' : String(leader),
      `${isr.length} of ${replicas.length}`,
    ]),
  )
  const header = ['topic', 'partition', 'start', 'stable', 'end', 'leader', 'in sync']
  const settings = selectedTopics.flatMap(({ topic, configs = [] }) =>
    configs
      .filter(({ source }) => source === 'topic')
      .map(({ name, value }) => [shown(topic), shown(name), value === undefined ? '(secret)' : shown(value)]),
  )
  const parts = [table(header, rows, new Set([1, 2, 3, 4]))]
  if (settings.length > 0) parts.push(table(['topic', 'setting', 'value'], settings, new Set()))
  return { text: parts.join('\n\n'), json: selectedTopics }
}
