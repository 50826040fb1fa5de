import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { Client } from '@elastic/elasticsearch'
import AWS from 'aws-sdk'
import Redis from 'ioredis'
import { Kafka } from 'kafkajs'
import knex from 'knex'
import { createWriteStream } from 'node:fs'
import { DataTypes, Sequelize } from 'sequelize'

const consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
const topics = new SNSClient({})
const queues = new AWS.SQS()
const search = new Client({ node: 'http://localhost:9200' })
const redis = new Redis()
const db = knex({ client: 'pg' })
const Visit = new Sequelize('postgres://localhost/shop').define('Visit', { shop: DataTypes.STRING })
const log = createWriteStream('orders.log')

await consumer.run({
  eachMessage: async ({ message }) => {
    const text = String(message.value)
    // What is sent is no key by which a double is known.
    await topics.send(new PublishCommand({ TopicArn: 'orders', Message: text }))
//        ^^^^^^^^^^^ non-idempotent-output: 'topics.send' runs again when the record is delivered again (a message sent), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await queues.sendMessage({ QueueUrl: 'orders', MessageBody: text }).promise()
//        ^^^^^^^^^^^^^^^^^^ non-idempotent-output: 'queues.sendMessage' runs again when the record is delivered again (a message sent), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await search.bulk({ operations: [{ index: {} }, { text }] })
//        ^^^^^^^^^^^ non-idempotent-output: 'search.bulk' runs again when the record is delivered again (indexed documents without an id), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await redis.multi().incr(text).exec()
//        ^^^^^^^^^^^ non-idempotent-output: 'redis.multi' runs again when the record is delivered again (commands that add), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await redis.pipeline().lpush('orders', text).exec()
//        ^^^^^^^^^^^^^^ non-idempotent-output: 'redis.pipeline' runs again when the record is delivered again (commands that add), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await db.batchInsert('orders', [{ text }])
//        ^^^^^^^^^^^^^^ non-idempotent-output: 'db.batchInsert' runs again when the record is delivered again (a plain insert), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await Visit.create({ shop: text })
//        ^^^^^^^^^^^^ non-idempotent-output: 'Visit.create' runs again when the record is delivered again (no key taken from the record), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await Visit.increment('count', { by: 1, where: { shop: text } })
//        ^^^^^^^^^^^^^^^ non-idempotent-output: 'Visit.increment' runs again when the record is delivered again (an increment), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    log.write(text)
//  ^^^^^^^^^ non-idempotent-output: 'log.write' runs again when the record is delivered again (an append), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  },
})

process.once('SIGTERM', () => consumer.disconnect())
