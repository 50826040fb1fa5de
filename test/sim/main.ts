/** The simulated cluster in a process of its own, so that its work is not measured with the monitor's. Prints its brokers, ends with its parent. */
import { parseArgs } from 'node:util'
import { largeCluster } from './model.ts'
import { startSimulatedCluster } from './servers.ts'

const { values } = parseArgs({
  options: {
    brokers: { type: 'string' },
    topics: { type: 'string' },
    partitions: { type: 'string' },
    groups: { type: 'string' },
  },
})
const size = {
  brokers: Number(values.brokers ?? largeCluster.brokers),
  topics: Number(values.topics ?? largeCluster.topics),
  partitions: Number(values.partitions ?? largeCluster.partitions),
  groups: Number(values.groups ?? largeCluster.groups),
}
const cluster = await startSimulatedCluster(size)
process.send?.(cluster.brokers)
console.log(cluster.brokers.join(','))
process.once('disconnect', () => process.exit(0))
