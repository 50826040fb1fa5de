/** A second instance that takes no stop, as one does whose client waits for a dead broker. */
import { capabilityNames } from '@tidemark/runtime/protocol'
import { systemClock } from '../../../../runtime/src/clock.ts'
import { connectEditor } from '../../../../runtime/src/control/connect.ts'

const notAsked = (): never => {
  throw new Error('nobody asks')
}
setInterval(() => {}, 60_000)
await connectEditor({
  environment: process.env,
  hello: {
    groupId: 'order-totals',
    guarantee: 'at-least-once',
    store: 'Kafka',
    client: 'kafkajs',
    capabilities: Object.fromEntries(capabilityNames.map(name => [name, { isOffered: true }])) as never,
  },
  clock: systemClock,
  trace: () => {},
  faults: () => ({
    met: notAsked,
    isCommitOnWire: false,
    isCommitFirst: false,
    freezesAt: 'saved',
    freeze: notAsked,
    deleteRecords: notAsked,
  }),
  ifItDied: () => ({ sentence: 'committed' }),
  handler: () => null,
  replayStage: () => undefined,
  stop: () => console.log('asked to stop'),
})
console.log('ready')
