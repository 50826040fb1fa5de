import { KafkaConsumer } from 'node-rdkafka'

const consumer = new KafkaConsumer({ 'group.id': 'orders', 'bootstrap.servers': 'localhost:9092', 'enable.auto.commit': false }, { 'auto.offset.reset': 'latest' })
//                                                                                                                                                      ^^^^^^^^ data-loss-reset-policy: 'latest' starts at the end of the topic whenever no offset is stored: for a new group, and again after its offsets have expired. Records until then are skipped. Start at the beginning, or store the start explicitly.
consumer.connect()
consumer.on('data', message => {
  console.log(message.key)
  consumer.commitMessage(message)
})

process.once('SIGTERM', () => consumer.disconnect())
