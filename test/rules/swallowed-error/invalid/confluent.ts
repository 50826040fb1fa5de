import { KafkaJS } from '@confluentinc/kafka-javascript'
import { Pool } from 'pg'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders' } })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    try {
      await pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//          ^^^^^^^^^^ related: may fail
    } catch (error) {
//    ^^^^^ swallowed-error: A failure of 'DELETE FROM carts' is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      console.error(error)
    }
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
