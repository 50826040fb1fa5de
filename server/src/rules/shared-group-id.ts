import type { Pipeline, PipelineSummary, Place, Text } from '../facts/model.ts'
import { defineRule } from './rule.ts'

/** One group for different work: each member gets only part of the partitions, and of what it subscribes to. */
export const sharedGroupId = defineRule({
  meta: {
    id: 'shared-group-id',
    severity: 'warning',
    severityInTests: 'off',
    title: 'Consumer group shared by different pipelines',
    why: [
      'pipelines A and B join the same group',
      'Kafka spreads the partitions over both',
      'half of the records reach only A, the other half only B',
      'each commits for what it got, so the rest is lost for the other',
    ],
    misses: ['groups whose names are read from configuration at run time'],
    unfixed: [
      'every case: a group of another name starts without offsets, so its records are read again or skipped. Rename it while both stand still, with the start set by hand',
    ],
    whenNotToUse: 'Where both are instances of the same pipeline.',
  },

  *detect(facts): Generator<SharedGroup> {
    for (const pipeline of facts.pipelines) {
      const { groupId } = pipeline
      if (groupId?.value === undefined) continue
      const other = twin(pipeline, [...facts.pipelines.filter(one => one !== pipeline).map(summary), ...facts.others])
      if (other) yield { at: groupId.at, groupId, other }
      else if (pipeline.isGroupReused) yield { at: groupId.at, groupId, other: undefined }
    }
  },

  explain: ({ groupId, other }) => ({
    message: other
      ? `Group '${groupId.value}' is also used by another pipeline, so Kafka splits the partitions between them and each sees only part of the records. Give each its own group.`
      : `Group '${groupId.value}' is fixed in code whose callers choose the topics: two that choose different ones join one group, and each sees only part of the records. Take the group from the caller.`,
    confidence: other ? 'likely' : 'possible',
    // One caller may be all there is.
    ...(other ? {} : { severity: 'info' as const }),
    related: other
      ? [{ at: other.at, message: `also group '${groupId.value}', topics ${other.topics.join(', ') || 'unknown'}` }]
      : [],
  }),
})

interface SharedGroup {
  readonly at: Place
  readonly groupId: Text
  readonly other: PipelineSummary | undefined
}

function summary(pipeline: Pipeline): PipelineSummary {
  return {
    at: pipeline.groupId?.at ?? pipeline.at,
    library: pipeline.library,
    groupId: pipeline.groupId?.value,
    topics: pipeline.topics.flatMap(topic => topic.value ?? []),
    handlerAt: pipeline.handlers[0]?.at,
  }
}

/** The same group with other topics. The same topics may be an older or a second version of the same pipeline. */
function twin(pipeline: Pipeline, others: readonly PipelineSummary[]): PipelineSummary | undefined {
  const topics = new Set(pipeline.topics.flatMap(topic => topic.value ?? []))
  if (topics.size === 0) return undefined
  const twins = others.filter(
    other =>
      other.groupId === pipeline.groupId?.value &&
      other.topics.length > 0 &&
      sameFolder(other.at.path, pipeline.at.path) &&
      !(other.topics.length === topics.size && other.topics.every(topic => topics.has(topic))),
  )
  // Of several the one of the same file, else of the first path: whichever file was looked at first.
  const [own] = twins.filter(({ at }) => at.path === pipeline.at.path)
  return (
    own ?? twins.reduce<PipelineSummary | undefined>((least, one) => (isBefore(one, least) ? one : least), undefined)
  )
}

function isBefore({ at }: PipelineSummary, other: PipelineSummary | undefined): boolean {
  return other === undefined || at.path < other.at.path
}

/** Examples side by side in other packages of a workspace are not one deployment. */
function sameFolder(one: string, two: string): boolean {
  const root = (path: string): string => path.replace(/\/(?:src|lib|app|dist)\/.*$|\/[^/]+$/, '')
  return root(one) === root(two)
}
