// @docs
import { createProcessor, json, transactional } from '@tidemark/runtime'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { Kafka } from 'kafkajs'

const processor = createProcessor({
  client: kafkajs(new Kafka({ brokers: ['localhost:9092'] })),
  groupId: 'orders',
  topics: ['orders'],
  value: json<{ customer: string }>(),
  guarantee: transactional(sqlite('totals.db')),
  startingOffsets: 'earliest',
  onDataLoss: 'fail',
})

processor.foreachBatch((batch, { tx }) => {
  for (const order of batch) tx.run('insert into orders values (?)', order.value.customer)
})
