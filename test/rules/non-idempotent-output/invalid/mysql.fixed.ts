import { Kafka } from 'kafkajs'
import mysql from 'mysql2/promise'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = mysql.createPool({ uri: 'mysql://localhost/shop' })

await consumer.run({
  eachMessage: async ({ message }) => {
    const order = JSON.parse(String(message.value))
    await pool.execute('INSERT IGNORE INTO orders (customer, cents) VALUES (?, ?)', [order.customer, order.cents])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
