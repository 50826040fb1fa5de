const Kafka = require('node-rdkafka')

const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false }, {})
consumer.on('data', message => {
  consumer.commit({ topic: message.topic, partition: message.partition, offset: message.offset })
//                                                                              ^^^^^^^^^^^^^^ commit-offset-not-plus-one: 'message.offset' is the offset of the record just read; 'consumer.commit' expects that of the next one, so this record is delivered again after every restart. Commit the offset plus one.
})
process.once('SIGTERM', () => consumer.disconnect())
consumer.on('data', message => {
  consumer.commitSync(message)
//                    ^^^^^^^ commit-offset-not-plus-one: 'message' is the offset of the record just read; 'consumer.commitSync' expects that of the next one, so this record is delivered again after every restart. Commit the offset plus one.
})
