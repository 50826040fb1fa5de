import { type EachBatchPayload, Kafka } from 'kafkajs';
import { Pool } from 'pg';

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] });
const consumer = kafka.consumer({ groupId: 'orders' });
const pool = new Pool();

const remove = async (payload: EachBatchPayload): Promise<void> => {
  for (const { key, offset } of payload.batch.messages) {
    // One row at a time.
    await pool.query('DELETE FROM carts WHERE id = $1', [String(key)]);
    payload.resolveOffset(offset); // done
    await payload.heartbeat();
  }
};

await consumer.run({ eachBatch: remove });

await consumer.run({
  eachBatch: async ({ batch: { messages }, ...client }) => {
    for (const { key } of messages) {
      await pool.query('DELETE FROM offers WHERE id = $1', [String(key)])
      await client.heartbeat()
    }
    client.isRunning()
  },
})

process.once('SIGTERM', () => void consumer.disconnect());
