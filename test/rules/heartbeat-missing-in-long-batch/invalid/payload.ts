import { type EachBatchPayload, Kafka } from 'kafkajs';
import { Pool } from 'pg';

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] });
const consumer = kafka.consumer({ groupId: 'orders' });
const pool = new Pool();

const remove = async (payload: EachBatchPayload): Promise<void> => {
  for (const { key, offset } of payload.batch.messages) {
//^^^^ related: once for each record
    // One row at a time.
    await pool.query('DELETE FROM carts WHERE id = $1', [String(key)]);
//        ^^^^^^^^^^ heartbeat-missing-in-long-batch: This is awaited for every record, and no heartbeat is sent in the loop, so a large batch outlives the session, and the partition goes to another member while this one still works. Await heartbeat() for each record.
    payload.resolveOffset(offset); // done
  }
};

await consumer.run({ eachBatch: remove });

await consumer.run({
  eachBatch: async ({ batch: { messages }, ...client }) => {
    for (const { key } of messages) {
//  ^^^^ related: once for each record
      await pool.query('DELETE FROM offers WHERE id = $1', [String(key)])
//          ^^^^^^^^^^ heartbeat-missing-in-long-batch: This is awaited for every record, and no heartbeat is sent in the loop, so a large batch outlives the session, and the partition goes to another member while this one still works. Await heartbeat() for each record.
    }
    client.isRunning()
  },
})

process.once('SIGTERM', () => void consumer.disconnect());
