/** The configuration of topics that are looked at: one request for all of them. */
import type { Cluster } from '../clients/kafka-protocol/cluster.ts'
import { KafkaCodeError } from '../clients/kafka-protocol/errorCodes.ts'
import { type DescribedConfigs, describeConfigs } from '../clients/kafka-protocol/requests/describeConfigs.ts'
import { reasonOf } from './reasons.ts'
import type { Problem, TopicConfig } from './snapshot.ts'

const sources: Readonly<Record<number, TopicConfig['source']>> = { 1: 'topic', 5: 'default' }

export async function readConfigs(
  cluster: Cluster,
  topics: readonly string[],
): Promise<{
  readonly byTopic: ReadonlyMap<string, readonly TopicConfig[]>
  readonly problems: readonly Problem[]
}> {
  const byTopic = new Map<string, readonly TopicConfig[]>()
  const problems: Problem[] = []
  if (topics.length === 0) return { byTopic, problems }
  try {
    for (const described of await cluster.sendToAny(describeConfigs(topics), () => {})) {
      const { topic, errorCode } = described
      if (errorCode === 0) byTopic.set(topic, configsOf(described))
      else problems.push({ place: topic, reason: reasonOf(new KafkaCodeError('DescribeConfigs', errorCode)) })
    }
  } catch (error) {
    problems.push({ place: topics.join(', '), reason: reasonOf(error) })
  }
  return { byTopic, problems }
}

function configsOf({ configs }: DescribedConfigs): TopicConfig[] {
  return configs
    .map(({ name, value, source }) => ({
      name,
      value: value ?? undefined,
      source: sources[source] ?? ('broker' as const),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}
