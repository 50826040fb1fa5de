/**
 * `npm run bench live`: what looking at a large cluster costs, beside the naive way, on a simulated cluster over real sockets
 * and on a real one of three brokers.
 *
 * The simulated cluster runs in a process of its own; its time to answer is in every number, its memory is not. The naive way asks
 * as extensions do that hold one lookup per topic and per group: the same wire, the same client, other questions.
 * Flags: --topics N --partitions N --groups N --brokers N (the simulated cluster), --skip naive,real,panel,tree.
 */
import { parseArgs } from 'node:util'
import { type ClusterSize, largeCluster } from '../sim/model.ts'
import { measureMonitor } from './live/monitor.ts'
import { measureNaive } from './live/naive.ts'
import { measurePanel } from './live/panel.ts'
import { withRealCluster } from './live/realCluster.ts'
import { startCluster } from './live/simulatedCluster.ts'
import { measureTree } from './live/tree.ts'

export async function bench(args: readonly string[]): Promise<void> {
  const { size, skipped } = optionsOf(args)
  console.log(
    `simulated cluster: ${size.brokers} brokers, ${size.topics} topics, ${size.partitions} partitions, ${size.groups} groups\n`,
  )
  const { brokers, stop } = await startCluster(size)
  try {
    const groupIds = Array.from({ length: size.groups }, (_, i) => `group-${String(i).padStart(4, '0')}`)
    await measureMonitor(brokers, groupIds)
    if (!skipped.has('naive')) await measureNaive(brokers, groupIds)
    if (!skipped.has('panel')) await measurePanel(brokers, groupIds[0] ?? '')
    if (!skipped.has('tree')) await measureTree(brokers)
  } finally {
    stop()
  }
  if (skipped.has('real')) return
  await withRealCluster(async ({ brokers: real, groupIds, partitions, topics }) => {
    console.log(
      `\nreal cluster: ${real.length} brokers, ${topics} topics, ${partitions} partitions, ${groupIds.length} groups\n`,
    )
    await measureMonitor(real, groupIds)
    if (!skipped.has('naive')) await measureNaive(real, groupIds)
    if (!skipped.has('panel')) await measurePanel(real, groupIds[0] ?? '')
  })
}

function optionsOf(args: readonly string[]): { readonly size: ClusterSize; readonly skipped: ReadonlySet<string> } {
  const option = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: { brokers: option, topics: option, partitions: option, groups: option, skip: option },
  })
  const number = (name: keyof ClusterSize) => Number(values[name] ?? largeCluster[name])
  return {
    size: {
      brokers: number('brokers'),
      topics: number('topics'),
      partitions: number('partitions'),
      groups: number('groups'),
    },
    skipped: new Set((values.skip ?? '').split(',')),
  }
}
