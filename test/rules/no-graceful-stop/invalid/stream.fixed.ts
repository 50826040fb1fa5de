import { Consumer } from '@platformatic/kafka'

const consumer = new Consumer({ groupId: 'orders', clientId: 'orders', bootstrapBrokers: ['localhost:9092'] })
const stream = await consumer.consume({ topics: ['orders'], autocommit: false })
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => void Promise.resolve(consumer.close(true)).finally(() => process.exit()))
for await (const message of stream) {
  console.log(message.key)
  await message.commit()
}
