import { createProcessor, json, transactional } from '@tidemark/runtime'
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
  guarantee: transactional(sqlite('totals.db')), // so that nothing is counted twice
//           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ guarantee-not-kept: Declared exactly-once, but what the code keeps is at-least-once. Mend what the evidence shows, or declare what is meant.
  startingOffsets: 'earliest',
  onDataLoss: 'fail',
})

processor.foreachBatch(async batch => {
//        ^^^^^^^^^^^^ related: offsets are saved with the batch
  for (const order of batch) await pool.query('insert into audit (customer) values ($1)', [order.value.customer])
//                                 ^^^^^^^^^^ related: 'INSERT INTO audit' is repeated on redelivery: no ON CONFLICT clause
})
