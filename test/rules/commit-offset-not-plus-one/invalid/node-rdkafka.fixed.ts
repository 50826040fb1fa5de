import { KafkaConsumer } from 'node-rdkafka'

const consumer = new KafkaConsumer({ 'group.id': 'orders', 'bootstrap.servers': 'localhost:9092', 'enable.auto.commit': false }, {})
consumer.connect()
consumer.on('data', message => {
  console.log(message.key)
  consumer.commit({ topic: message.topic, partition: message.partition, offset: message.offset + 1 })
})

process.once('SIGTERM', () => consumer.disconnect())
