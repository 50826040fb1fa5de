import { KafkaJS } from '@confluentinc/kafka-javascript'
import { Pool } from 'pg'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders' } })
const pool = new Pool()

await consumer.run({
  eachBatch: async ({ batch }) => {
    batch.messages.forEach(async message => {
//  ^^^^^^^^^^^^^^^^^^^^^^ unawaited-output: 'forEach' does not wait for async functions, so the offset is committed whatever becomes of 'DELETE FROM carts'. Use for…of with await, or await Promise.all over map.
//                 ^^^^^^^ related: called from here
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//          ^^^^^^^^^^ related: the output
    })
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
