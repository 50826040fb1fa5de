import { KafkaJS } from '@confluentinc/kafka-javascript'
import { Pool } from 'pg'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders' } })
const pool = new Pool()

await consumer.run({
  eachMessage: async ({ message }) => {
    await pool.query('INSERT INTO orders (id, customer) VALUES ($1, $2)', [crypto.randomUUID(), String(message.key)])
//        ^^^^^^^^^^ related: used here
//                                                                         ^^^^^^^^^^^^^^^^^^^ nondeterministic-key: 'crypto.randomUUID()' gives another value each time, and becomes 'id' of 'INSERT INTO orders', so a redelivered record makes a second one that nothing recognises. Derive it from topic, partition and offset, or take the event's own id.
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
