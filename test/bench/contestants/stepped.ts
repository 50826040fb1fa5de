/** What `bench step` steps: reads a topic at least once, in batches of the asked size. Arguments: brokers, topic, records a batch. */
import { atLeastOnce, createProcessor, json } from '@tidemark/runtime'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { Kafka, logLevel } from 'kafkajs'

const [brokers = '', topic = '', records = '10000'] = process.argv.slice(2)
const processor = createProcessor({
  client: kafkajs(new Kafka({ clientId: 'stepped', brokers: brokers.split(','), logLevel: logLevel.NOTHING })),
  groupId: 'stepped',
  topics: [topic],
  value: json<{ amountCents: number }>(),
  guarantee: atLeastOnce(),
  startingOffsets: 'earliest',
  onDataLoss: 'fail',
  maxRecordsPerBatch: Number(records),
})
processor.foreachBatch(batch => {
  // Each value is parsed, as a handler would.
  batch.map(({ value }) => value.amountCents).collect()
})
await processor.run()
