import { Consumer } from '@platformatic/kafka'

const consumer = new Consumer({ groupId: 'orders', clientId: 'orders', bootstrapBrokers: ['localhost:9092'] })
const stream = await consumer.consume({ topics: ['orders'], autocommit: false })
//                            ^^^^^^^ no-graceful-stop: Nothing here disconnects this consumer, so each deployment repeats records and lets the group wait for the session timeout. Disconnect it on SIGTERM and SIGINT.
for await (const message of stream) {
  console.log(message.key)
  await message.commit()
}
