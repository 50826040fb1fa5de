/** Refreshes as the tree, the overview with a few rows in sight, and the overview of all groups ask for them. */
import { inEnglish, openCluster, type Selection } from '@tidemark/runtime/monitor'
import { median, memoryMb, report } from './report.ts'

const refreshesMeasured = 5

export async function measureMonitor(brokers: readonly string[], groupIds: readonly string[]): Promise<void> {
  const before = memoryMb()
  const startedMs = performance.now()
  const monitor = await openCluster({ brokers: [brokers[0] as string] })
  const cold = await monitor.refresh({})
  report('cold: connect and read the lists', cold.requestCount, performance.now() - startedMs, '')
  const visible: Selection = {
    details: groupIds.slice(7, 8),
    groups: groupIds.slice(0, 30),
  }
  for (const [name, selection] of [
    ['lists only (the tree, closed)', {}],
    ['30 visible groups, one in detail', visible],
    ['all groups with lag and status', { groups: 'all' }],
  ] satisfies [string, Selection][]) {
    const first = await monitor.refresh(selection)
    const times: number[] = []
    const busy: number[] = []
    let requests = 0
    for (let i = 0; i < refreshesMeasured; i++) {
      const before = process.cpuUsage()
      const { tookMs, requestCount, problems } = await monitor.refresh(selection)
      if (problems[0]) throw new Error(inEnglish([problems[0].place, ': ', problems[0].reason]))
      times.push(tookMs)
      const { user, system } = process.cpuUsage(before)
      busy.push((user + system) / 1_000)
      requests = requestCount
    }
    times.sort((a, b) => a - b)
    report(
      name,
      requests,
      median(times),
      `first ${Math.round(first.tookMs)} ms, slowest ${Math.round(times.at(-1) ?? 0)} ms, processor time ${Math.round(median(busy))} ms`,
    )
  }
  console.log(
    `memory held: ${Math.round(memoryMb() - before)} MB more than before, five minutes' samples of all groups included; process ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB\n`,
  )
  await monitor.close()
}
