const Kafka = require('node-rdkafka')

const consumer = new Kafka.KafkaConsumer({ 'group.id': 'orders', 'enable.auto.commit': false, 'auto.offset.reset': 'latest' }, {})
//                                                                                                                 ^^^^^^^^ data-loss-reset-policy: 'latest' starts at the end of the topic whenever no offset is stored: for a new group, and again after its offsets have expired. Records until then are skipped. Start at the beginning, or store the start explicitly.
consumer.on('data', message => consumer.commitMessage(message))
process.once('SIGTERM', () => consumer.disconnect())
