import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { Client } from '@elastic/elasticsearch'
import Redis from 'ioredis'
import { Kafka } from 'kafkajs'
import { DataTypes, Sequelize } from 'sequelize'

const consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
const topics = new SNSClient({})
const search = new Client({ node: 'http://localhost:9200' })
const redis = new Redis()
const Visit = new Sequelize('postgres://localhost/shop').define('Visit', { eventId: DataTypes.STRING })

await consumer.run({
  eachMessage: async ({ message }) => {
    const id = String(message.key)
    const text = String(message.value)
    await topics.send(new PublishCommand({ TopicArn: 'orders.fifo', Message: text, MessageDeduplicationId: id }))
    await search.bulk({ operations: [{ index: { _id: id } }, { text }] })
    await redis.multi().hset('orders', id, text).exec()
    await Visit.create({ eventId: id })
  },
})

process.once('SIGTERM', () => consumer.disconnect())
