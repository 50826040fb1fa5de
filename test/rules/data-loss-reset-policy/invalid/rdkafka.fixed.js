const Kafka = require('node-rdkafka')

const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false, 'auto.offset.reset': 'earliest' }, {})
consumer.on('data', message => consumer.commitMessage(message))
process.once('SIGTERM', () => consumer.disconnect())
