/**
 * `npm run bench live`: what looking at a large cluster costs, beside the naive way, on a simulated cluster over real sockets.
 *
 * The cluster runs in a process of its own; its time to answer is in every number, its memory is not. The naive way asks as
 * extensions do that hold one lookup per topic and per group: the same wire, the same client, other questions.
 * Flags: --topics N --partitions N --groups N --brokers N, --skip-naive.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { clusterClient, openCluster, type Selection } from '@tidemark/runtime/monitor'
import { Cluster } from '../../runtime/src/clients/kafka-protocol/cluster.ts'
import { transportOf } from '../../runtime/src/clients/kafka-protocol/connection.ts'
import { findCoordinator } from '../../runtime/src/clients/kafka-protocol/requests/findCoordinator.ts'
import {
  earliestTimestamp,
  latestTimestamp,
  listOffsets,
} from '../../runtime/src/clients/kafka-protocol/requests/listOffsets.ts'
import { systemClock } from '../../runtime/src/clock.ts'
import { CountingTransport } from '../../runtime/src/monitor/countingTransport.ts'
import { describeGroups } from '../../runtime/src/monitor/requests/describeGroups.ts'
import { offsetFetchMany } from '../../runtime/src/monitor/requests/offsetFetchMany.ts'
import { systemRandom } from '../../runtime/src/random.ts'
import { type ClusterSize, largeCluster } from '../sim/model.ts'

const refreshesMeasured = 5
/** As many as a browser opens to one server, and more than the extensions looked at. */
const naiveAtOnce = 6

export async function bench(args: readonly string[]): Promise<void> {
  const size = sizeOf(args)
  console.log(
    `simulated cluster: ${size.brokers} brokers, ${size.topics} topics, ${size.partitions} partitions, ${size.groups} groups\n`,
  )
  const { brokers, stop } = await startCluster(size)
  try {
    await measureMonitor(brokers)
    if (!args.includes('--skip-naive')) await measureNaive(brokers, size)
  } finally {
    stop()
  }
}

async function measureMonitor(brokers: readonly string[]): Promise<void> {
  const before = memoryMb()
  const monitor = await openCluster({ brokers: [brokers[0] as string] })
  const visible: Selection = {
    details: ['group-0007'],
    groups: Array.from({ length: 30 }, (_, i) => `group-${String(i).padStart(4, '0')}`),
  }
  for (const [name, selection] of [
    ['lists only (the tree, closed)', {}],
    ['30 visible groups, one in detail', visible],
    ['all groups with lag and status', { groups: 'all' }],
  ] satisfies [string, Selection][]) {
    const first = await monitor.refresh(selection)
    const times: number[] = []
    let requests = 0
    for (let i = 0; i < refreshesMeasured; i++) {
      const { tookMs, requestCount, problems } = await monitor.refresh(selection)
      if (problems[0]) throw new Error(`${problems[0].place}: ${problems[0].message}`)
      times.push(tookMs)
      requests = requestCount
    }
    times.sort((a, b) => a - b)
    report(
      name,
      requests,
      times[Math.floor(times.length / 2)] ?? 0,
      `first ${Math.round(first.tookMs)} ms, slowest ${Math.round(times.at(-1) ?? 0)} ms`,
    )
  }
  console.log(
    `memory held: ${Math.round(memoryMb() - before)} MB more than before, five minutes' samples of all groups included; process ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB\n`,
  )
  await monitor.close()
}

async function measureNaive(brokers: readonly string[], size: ClusterSize): Promise<void> {
  const transport = new CountingTransport(transportOf(await clusterClient({ brokers: [brokers[0] as string] })))
  const cluster = await Cluster.connect(transport, { clock: systemClock, random: systemRandom })
  const startedMs = performance.now()
  const { topics } = await cluster.describe(undefined)
  await inTurns(topics, async ({ topic, partitions }) => {
    await cluster.describe([topic])
    for (const leader of new Set(partitions.map(partition => partition.leader))) {
      const own = partitions
        .filter(partition => partition.leader === leader)
        .map(({ partition }) => ({ topic, partition }))
      await cluster.send(leader, listOffsets(own, earliestTimestamp, 'read_uncommitted'))
      await cluster.send(leader, listOffsets(own, latestTimestamp, 'read_uncommitted'))
    }
  })
  await inTurns(
    Array.from({ length: size.groups }, (_, i) => `group-${String(i).padStart(4, '0')}`),
    async groupId => {
      const { nodeId } = await cluster.sendToAny(findCoordinator('group', groupId), () => {})
      await cluster.send(nodeId, describeGroups([groupId]))
      await cluster.send(nodeId, offsetFetchMany([groupId]))
    },
  )
  report(
    'naive: a lookup per topic and group',
    transport.requestCount,
    performance.now() - startedMs,
    `${naiveAtOnce} at once`,
  )
  cluster.close()
}

async function inTurns<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values()
  const worker = async () => {
    for (const item of waiting) await work(item)
  }
  await Promise.all(Array.from({ length: naiveAtOnce }, worker))
}

async function startCluster(size: ClusterSize): Promise<{ readonly brokers: readonly string[]; stop(): void }> {
  const flags = Object.entries(size).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = fork(join(import.meta.dirname, '../sim/main.ts'), flags, {
    execArgv: ['--conditions=source'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [brokers] = (await once(child, 'message')) as [string[]]
  return { brokers, stop: () => child.disconnect() }
}

function sizeOf(args: readonly string[]): ClusterSize {
  const option = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: { brokers: option, topics: option, partitions: option, groups: option, 'skip-naive': { type: 'boolean' } },
  })
  const number = (name: keyof ClusterSize) => Number(values[name] ?? largeCluster[name])
  return {
    brokers: number('brokers'),
    topics: number('topics'),
    partitions: number('partitions'),
    groups: number('groups'),
  }
}

function report(name: string, requests: number, ms: number, note: string): void {
  console.log(
    `${name.padEnd(36)} ${requests.toLocaleString('en-US').padStart(8)} requests ${Math.round(ms).toLocaleString('en-US').padStart(8)} ms   ${note}`,
  )
}

/** What is held, not what the collector has not fetched yet. */
function memoryMb(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed / 2 ** 20 + process.memoryUsage().arrayBuffers / 2 ** 20
}
