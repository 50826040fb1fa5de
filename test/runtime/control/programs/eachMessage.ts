/** An ordinary kafkajs consumer, one message at a time; knows nothing of Tidemark. */
import { Kafka, logLevel } from 'kafkajs'

const { BROKERS = '', TOPIC = '', GROUP = '' } = process.env
const kafka = new Kafka({ clientId: 'plain', brokers: BROKERS.split(','), logLevel: logLevel.ERROR })
const consumer = kafka.consumer({ groupId: GROUP })
if (process.env.HEARTBEATS) consumer.on(consumer.events.HEARTBEAT, () => console.log('heartbeat'))
await consumer.connect()
await consumer.subscribe({ topics: [TOPIC], fromBeginning: true })
await consumer.run({
  eachMessage: async ({ message }) => {
    console.log(`handled ${message.value}.`)
  },
})
process.once('SIGTERM', () => void consumer.disconnect())
