import { setTimeout as wait } from 'node:timers/promises'
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()
const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))
const save = async (value: unknown): Promise<void> => {
  await pool.query('INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING', [value])
//      ^^^^^^^^^^ related: the output
//      ^^^^^^^^^^ related: the output
//      ^^^^^^^^^^ related: the output
//      ^^^^^^^^^^ related: the output
//      ^^^^^^^^^^ related: the output
}

await consumer.run({
  eachMessage: async ({ message }) => {
    // When the time is over, the save goes on by itself.
    await Promise.race([save(message.value), sleep(5_000)])
//        ^^^^^^^^^^^^ unawaited-output: The race is over with whichever ends first, so the offset is committed whatever becomes of 'INSERT INTO orders'. Await all of it; a time limit has to throw.
//                      ^^^^ related: called from here
    await Promise.race([save(message.value), wait(5_000)])
//        ^^^^^^^^^^^^ unawaited-output: The race is over with whichever ends first, so the offset is committed whatever becomes of 'INSERT INTO orders'. Await all of it; a time limit has to throw.
//                      ^^^^ related: called from here
    await Promise.race([save(message.value), new Promise(resolve => setTimeout(resolve, 5_000))])
//        ^^^^^^^^^^^^ unawaited-output: The race is over with whichever ends first, so the offset is committed whatever becomes of 'INSERT INTO orders'. Await all of it; a time limit has to throw.
//                      ^^^^ related: called from here
    // Only one of them is waited for.
    await Promise.race([save(message.value), save(message.key)])
//        ^^^^^^^^^^^^ unawaited-output: The race is over with whichever ends first, so the offset is committed whatever becomes of 'INSERT INTO orders'. Await all of it; a time limit has to throw.
//                      ^^^^ related: called from here
    await Promise.race([message.value, message.key].map(save))
//        ^^^^^^^^^^^^ unawaited-output: The race is over with whichever ends first, so the offset is committed whatever becomes of 'INSERT INTO orders'. Await all of it; a time limit has to throw.
//                                                  ^^^ related: called from here
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
