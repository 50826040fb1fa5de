import { createProcessor, json, atLeastOnce } from '@tidemark/runtime'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const pool = new Pool()
const processor = createProcessor({
  client: kafkajs(new Kafka({ brokers: ['localhost:9092'] })),
  groupId: 'orders',
  topics: ['orders'],
  value: json<{ customer: string }>(),
  guarantee: atLeastOnce({ store: sqlite('totals.db') }), // so that nothing is counted twice
  startingOffsets: 'earliest',
  onDataLoss: 'fail',
})

processor.foreachBatch(async batch => {
  for (const order of batch) await pool.query('insert into audit (customer) values ($1)', [order.value.customer])
})
