import { Kafka } from 'kafkajs'

async function main() {
  const kafka = new Kafka({ brokers: ['localhost:9092'] })
  const consumer = kafka.consumer({ groupId: 'orders' })
  await consumer.connect();
  await consumer.run({
//               ^^^ no-graceful-stop: Nothing here disconnects this consumer, so each deployment repeats records and lets the group wait for the session timeout. Disconnect it on SIGTERM and SIGINT.
    eachMessage: async ({ message }) => console.log(message.key),
  }); // from here on
}

void main()
