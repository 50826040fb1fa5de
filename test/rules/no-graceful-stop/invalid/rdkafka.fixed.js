const Kafka = require('node-rdkafka')

const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, {})
consumer.connect()
consumer.on('data', message => {
  console.log(message.key)
  consumer.commitMessage(message)
})
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => consumer.disconnect(() => process.exit()))
