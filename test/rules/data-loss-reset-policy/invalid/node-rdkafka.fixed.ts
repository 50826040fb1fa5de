import { KafkaConsumer } from 'node-rdkafka'

const consumer = new KafkaConsumer({ 'group.id': 'orders', 'bootstrap.servers': 'localhost:9092', 'enable.auto.commit': false }, { 'auto.offset.reset': 'earliest' })
consumer.connect()
consumer.on('data', message => {
  console.log(message.key)
  consumer.commitMessage(message)
})

process.once('SIGTERM', () => consumer.disconnect())
