import { randomUUID } from 'node:crypto'
import { Client } from '@elastic/elasticsearch'
import { Kafka } from 'kafkajs'
import { MongoClient } from 'mongodb'

const consumer = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
const lines = new MongoClient('mongodb://localhost').db('shop').collection('lines')
const search = new Client({ node: 'http://localhost:9200' })

await consumer.run({
  eachMessage: async ({ message, topic, partition }) => {
    const order = JSON.parse(String(message.value))
    const rows: { sku: string; position: number }[] = order.lines
    await lines.insertMany(rows.map(line => ({ _id: `${topic}-${partition}-${message.offset}`, sku: line.sku })))
    // By what the record says of each.
    await lines.insertMany(order.lines.map((line: { id: string }) => ({ _id: line.id })))
    await search.bulk({ operations: order.lines.flatMap((line: { id: string }) => [{ index: { _index: 'lines', _id: line.id } }, line]) })
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
