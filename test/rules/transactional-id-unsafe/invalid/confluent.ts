import { KafkaJS } from '@confluentinc/kafka-javascript'

const kafka = new KafkaJS.Kafka({ kafkaJS: { brokers: ['localhost:9092'] } })
const consumer = kafka.consumer({ kafkaJS: { groupId: 'orders', autoCommit: false } })
const producer = kafka.producer({ kafkaJS: { transactionalId: `orders-${Math.random()}` } })
//                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^ transactional-id-unsafe: 'Math.random()' makes another transactional id on every start, so the broker cannot fence the instance before. Derive it from group, topic and partition.
//                                                                      ^^^^^^^^^^^^^ related: differs on every start
await producer.connect()

process.once('SIGTERM', () => void consumer.disconnect())
