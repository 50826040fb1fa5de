/** Asks every cluster at once, and waits for none longer than a person would: those that are down are named, not awaited. */

import type { ClusterConfig } from '../cluster/clusterSettings.ts'
import type { Clusters } from '../cluster/clusters.ts'
import { log } from '../log.ts'

export interface Answers<Answer> {
  readonly found: readonly { readonly cluster: ClusterConfig; readonly answer: Answer }[]
  /** Clusters that did not answer, or not in time. */
  readonly silent: readonly ClusterConfig[]
}

const timeoutMs = 3_000

export async function askClusters<Answer>(
  clusters: Clusters,
  ask: (cluster: ClusterConfig) => Promise<Answer>,
): Promise<Answers<Answer>> {
  const { clusters: all } = await clusters.list()
  const found: { cluster: ClusterConfig; answer: Answer }[] = []
  const silent: ClusterConfig[] = []
  await Promise.all(
    all.map(async cluster => {
      try {
        found.push({ cluster, answer: await inTime(ask(cluster)) })
      } catch (error) {
        log().debug(`${cluster.name}: ${String(error)}`)
        silent.push(cluster)
      }
    }),
  )
  return { found: found.sort((a, b) => all.indexOf(a.cluster) - all.indexOf(b.cluster)), silent }
}

function inTime<Answer>(answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}
