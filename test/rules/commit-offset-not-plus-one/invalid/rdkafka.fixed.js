const Kafka = require('node-rdkafka')

const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, {})
consumer.on('data', message => {
  consumer.commit({ topic: message.topic, partition: message.partition, offset: message.offset + 1 })
})
process.once('SIGTERM', () => consumer.disconnect())
consumer.on('data', message => {
  consumer.commitMessageSync(message)
})
