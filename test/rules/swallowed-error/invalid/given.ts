import { Kafka, type KafkaMessage } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

async function consume(work: (message: KafkaMessage) => Promise<void>, onError?: (error: unknown) => void): Promise<void> {
  await consumer.run({
    eachMessage: async ({ message }) => {
      try {
        await work(message)
      } catch (error) {
//      ^^^^^ swallowed-error: A failure of 'DELETE FROM carts' is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
        if (onError) onError(error)
      }
    },
  })
}

await consume(
  async message => {
    await pool.query('DELETE FROM carts WHERE id = $1', [message.key])
//        ^^^^^^^^^^ related: may fail
  },
  error => console.error(error),
)

process.once('SIGTERM', () => void consumer.disconnect())
