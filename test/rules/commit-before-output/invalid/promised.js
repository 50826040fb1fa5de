const { promisify } = require('node:util')
const bluebird = require('bluebird')
const { KafkaConsumer } = require('node-rdkafka')
const { Pool } = require('pg')

const pool = new Pool()
const options = { 'group.id': 'orders', 'enable.auto.commit': false }
const remove = message => pool.query('DELETE FROM carts WHERE id = $1', [String(message.key)])
//                        ^^^^^^^^^^ related: not done yet
//                        ^^^^^^^^^^ related: not done yet
//                        ^^^^^^^^^^ related: not done yet

/** Methods with callbacks, by the names of their promising twins. */
const consumer = bluebird.promisifyAll(new KafkaConsumer(options, { 'auto.offset.reset': 'earliest' }))
async function read() {
  for (;;) {
    const messages = await consumer.consumeAsync(10)
    for (const message of messages) {
      await consumer.commitMessageAsync(message)
//          ^^^^^^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'consumer.commitMessageAsync' marks the record done before 'DELETE FROM carts' has run: a failure or a crash between them loses it. Commit after the awaited output.
      await remove(message)
    }
  }
}
read()

const chained = new KafkaConsumer(options, { 'auto.offset.reset': 'earliest' })
bluebird.promisifyAll(chained)
function next() {
  return chained.consumeAsync(1).then(([message]) => chained.commitMessageAsync(message).then(() => remove(message)))
//                                                   ^^^^^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'chained.commitMessageAsync' marks the record done before 'DELETE FROM carts' has run: a failure or a crash between them loses it. Commit after the awaited output.
}
next()

const other = new KafkaConsumer(options, { 'auto.offset.reset': 'earliest' })
const consume = promisify(other.consume.bind(other))
async function readOther() {
  const [message] = await consume(1)
  other.commitMessageSync(message)
//^^^^^^^^^^^^^^^^^^^^^^^ commit-before-output: 'other.commitMessageSync' marks the record done before 'DELETE FROM carts' has run: a failure or a crash between them loses it. Commit after the awaited output.
  await remove(message)
}
setInterval(readOther, 1_000)

process.once('SIGTERM', () => consumer.disconnect())
