import { KafkaJS } from '@confluentinc/kafka-javascript'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders' } })

await consumer.run({
  eachMessage: async ({ message }) => {
    console.log(message.key)
    if (message.value === null) setImmediate(() => void consumer.disconnect())
  },
})
