/** Topics as the overview draws them: a row of the list, and one in detail. */
import {
  type ClusterSnapshot,
  type GroupSummary,
  isPartlyRead,
  type TopicSnapshot,
  type TopicSummary,
  watchedKey,
} from '@tidemark/runtime/monitor'
import type { TopicDetail, TopicRow } from '@tidemark/webview/protocol'
import type { OverviewSentences } from './overviewSentences.ts'

/** Readers that are named; more would be no glance. */
const readersMax = 50

export function topicRow(topic: TopicSummary): TopicRow {
  const { partitionCount, replicationFactor, isInternal } = topic
  const troubledCount = topic.offlineCount + topic.underReplicatedCount
  return {
    topic: topic.topic,
    partitionCount,
    replicationFactor,
    isInternal,
    ...(troubledCount > 0 ? { troubledCount } : {}),
  }
}

export function topicDetail(topic: TopicSnapshot, read: ClusterSnapshot, words: OverviewSentences): TopicDetail {
  const troubledCount = topic.offlineCount + topic.underReplicatedCount
  return {
    topic: topic.topic,
    chips: [
      { text: words.topicShape(topic), tone: 'plain' },
      ...(topic.isInternal ? [{ text: words.internal(), tone: 'dim' } as const] : []),
      ...(troubledCount > 0 ? [{ text: words.troubled(troubledCount), tone: 'warning' } as const] : []),
    ],
    partitions: topic.partitions.map(({ partition, leader, replicas, isr, ends }) => ({
      partition,
      logStartOffset: ends?.logStartOffset.toString(),
      lastStableOffset: ends?.lastStableOffset.toString(),
      logEndOffset: ends?.highWatermark.toString(),
      leader,
      replicas,
      isr,
    })),
    settings: topic.configs?.toSorted((a, b) => Number(b.source === 'topic') - Number(a.source === 'topic')),
    readers: readersOf(topic.topic, read, words),
  }
}

/** Furthest behind first. */
function readersOf(
  topic: string,
  { selectedGroups, storedGroups }: ClusterSnapshot,
  words: OverviewSentences,
): TopicDetail['readers'] {
  return [...storedGroups, ...selectedGroups]
    .flatMap(group => {
      const own = group.partitions.filter(partition => partition.topic === topic)
      if (own.length === 0) return []
      const lags = own.flatMap(({ lag }) =>
        lag && lag.state !== 'neverCommitted' ? [lag.readable ?? lag.offsets] : [],
      )
      const behind = lags.length === 0 ? undefined : lags.reduce((sum, lag) => sum + lag, 0n)
      const isPartial = isPartlyRead(own)
      return [{ key: watchedKey(group), name: nameOf(group, words), behind, isPartial }]
    })
    .sort((a, b) => ((a.behind ?? -1n) > (b.behind ?? -1n) ? -1 : 1))
    .slice(0, readersMax)
    .map(({ key, name, behind, isPartial }) => {
      return { key, name, lag: behind?.toString(), ...(isPartial ? { isPartial } : {}) }
    })
}

function nameOf({ groupId, type, state }: GroupSummary, words: OverviewSentences): string {
  return type === 'stored' ? `${groupId} (${words.offsetsIn(state)})` : groupId
}
