import { KafkaConsumer } from '@confluentinc/kafka-javascript'

const consumer = new KafkaConsumer({ 'group.id': 'orders', 'bootstrap.servers': 'localhost:9092', 'enable.auto.commit': false }, {})
consumer.connect()
consumer.on('data', message => {
  console.log(message.key)
  consumer.commit({ topic: message.topic, partition: message.partition, offset: message.offset })
//                                                                              ^^^^^^^^^^^^^^ commit-offset-not-plus-one: 'message.offset' is the offset of the record just read; 'consumer.commit' expects that of the next one, so this record is delivered again after every restart. Commit the offset plus one.
})

process.once('SIGTERM', () => consumer.disconnect())
