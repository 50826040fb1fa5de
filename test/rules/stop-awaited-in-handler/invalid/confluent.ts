import { KafkaJS } from '@confluentinc/kafka-javascript'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders' } })

await consumer.run({
  eachMessage: async ({ message }) => {
    console.log(message.key)
    if (message.value === null) await consumer.disconnect()
//                                    ^^^^^^^^^^^^^^^^^^^ stop-awaited-in-handler: 'consumer.disconnect' waits for the running handlers, so awaiting it inside one never ends. Stop from outside the handler: setImmediate(() => …), or a flag that the caller looks at.
  },
})
