const Kafka = require('node-rdkafka')

const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, {})
consumer.on('data', message => {
  // A number here: + 1 adds.
  consumer.commit({ topic: message.topic, partition: message.partition, offset: message.offset + 1 })
  consumer.commitMessage(message)
})
process.once('SIGTERM', () => consumer.disconnect())
