/** Custom: every pipeline of the workspace that reads with a group, opened or not. Waits until the folders were looked through. */
import { type GroupPipeline, type GroupPipelinesParams, groupPipelinesMethod } from '../protocol.ts'
import type { Feature, FeatureContext } from './feature.ts'

export const groupPipelines: Feature<GroupPipelinesParams, Promise<GroupPipeline[]>> = {
  method: groupPipelinesMethod,
  capabilities: {},

  async handle({ discovered, uris, workspace }: FeatureContext, { groupId }) {
    const paths = new Set(await discovered())
    const found = [...paths].flatMap(path =>
      workspace
        .check(path)
        .pipelines.filter(pipeline => pipeline.groupId === groupId)
        .map(({ range, topics, inferred }) => ({ uri: uris.uriOf(path), range, topics, inferred })),
    )
    return found.sort((a, b) => (a.uri < b.uri ? -1 : a.uri > b.uri ? 1 : a.range.start.line - b.range.start.line))
  },
}
