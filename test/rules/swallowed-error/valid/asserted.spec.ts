import assert from 'node:assert'
import { Kafka } from 'kafkajs'

declare function expect(value: unknown): { toBe(other: unknown): Promise<void> }

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

// What is asserted of a record is nothing that is done for it.
await consumer.run({
  eachMessage: async ({ message }) => {
    try {
      assert.ok(message.value)
      await expect(String(message.key)).toBe('41')
    } catch (error) {
      console.error(error)
    }
  },
})

