import { KafkaConsumer } from '@confluentinc/kafka-javascript'

const consumer = new KafkaConsumer({ 'group.id': 'orders', 'bootstrap.servers': 'localhost:9092', 'enable.auto.commit': false }, {})
consumer.connect()
consumer.on('data', message => {
  console.log(message.key)
  consumer.commitMessage(message)
})
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => consumer.disconnect(() => process.exit()))
