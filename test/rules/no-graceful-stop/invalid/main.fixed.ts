import { Kafka } from 'kafkajs'

async function main() {
  const kafka = new Kafka({ brokers: ['localhost:9092'] })
  const consumer = kafka.consumer({ groupId: 'orders' })
  await consumer.connect();
  await consumer.run({
    eachMessage: async ({ message }) => console.log(message.key),
  }); // from here on
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void consumer.disconnect().finally(() => process.exit()));
}

void main()
