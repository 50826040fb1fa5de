import { KafkaConsumer } from 'node-rdkafka'

const consumer = new KafkaConsumer({ 'group.id': 'orders', 'bootstrap.servers': 'localhost:9092', 'enable.auto.commit': false }, {})
consumer.connect()
consumer.on('data', message => {
//       ^^ no-graceful-stop: Nothing here disconnects this consumer, so each deployment repeats records and lets the group wait for the session timeout. Disconnect it on SIGTERM and SIGINT.
  console.log(message.key)
  consumer.commitMessage(message)
})
