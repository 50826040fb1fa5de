import { Consumer } from '@platformatic/kafka'
import { Pool } from 'pg'

const pool = new Pool()
const consumer = new Consumer({ groupId: 'orders', clientId: 'orders', bootstrapBrokers: ['localhost:9092'] })

// Not waited for: a commit at the end of the loop would come too early.
export async function clearCarts() {
  const stream = await consumer.consume({ topics: ['orders'] })
  for await (const message of stream) {
//^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ auto-commit-before-output: @platformatic/kafka stores a record's offset before the handler has run, so auto-commit may commit it before 'DELETE FROM carts' has. Turn auto-commit off and commit after the output.
    pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)]).catch(console.error)
//  ^^^^^^^^^^ related: may not have run when the offset is committed
  }
}
