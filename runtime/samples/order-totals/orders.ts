/**
 * Produces orders without end, or `--count` of them, and keeps a ledger of what the broker acknowledged.
 *
 * node orders.ts [--count N] [--rate N a second] [--seed N] [--ledger file.json]
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { kafka, type Order, topic } from './order.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string' },
    rate: { type: 'string' },
    seed: { type: 'string', default: '1' },
    ledger: { type: 'string' },
    customers: { type: 'string', default: '50' },
  },
})
const count = values.count === undefined ? Number.POSITIVE_INFINITY : Number(values.count)
const ratePerSecond =
  values.rate === undefined ? (values.count === undefined ? 200 : Number.POSITIVE_INFINITY) : Number(values.rate)
const customers = Number(values.customers)
const ordersPerSendMax = 500

let state = Number(values.seed) >>> 0
/** The next number below `below`: the same orders for the same seed. */
function random(below: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 4_294_967_296) * below)
}

const ledger = new Map<string, number>()
let produced = 0
let isStopping = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (isStopping = true))

const connection = await kafkajs(kafka).connect()
if ((await connection.describeTopics([topic])).length === 0) await connection.createTopics([{ topic, partitions: 4 }])
const producer = await connection.producer({})
console.log(`Producing orders to ${topic}${count === Number.POSITIVE_INFINITY ? ', until stopped' : ''}.`)

const startedMs = performance.now()
while (produced < count && !isStopping) {
  const due = Math.min(count, Math.floor(((performance.now() - startedMs) / 1_000) * ratePerSecond) + 1)
  const orders = Array.from({ length: Math.min(ordersPerSendMax, due - produced) }, nextOrder)
  if (orders.length > 0) {
    await producer.send(orders.map(order => ({ topic, key: order.customer, value: JSON.stringify(order) })))
    for (const { customer, amountCents } of orders) ledger.set(customer, (ledger.get(customer) ?? 0) + amountCents)
  } else await new Promise(resolve => setTimeout(resolve, 1_000 / ratePerSecond))
}
await producer.close()
await connection.close()
if (values.ledger) writeFileSync(values.ledger, JSON.stringify(Object.fromEntries([...ledger].sort()), null, 2))
console.log(`${produced} orders, ${[...ledger.values()].reduce((sum, cents) => sum + cents, 0)} cents`)

function nextOrder(): Order {
  const id = `order-${String(++produced).padStart(8, '0')}`
  return { id, customer: `customer-${String(random(customers)).padStart(3, '0')}`, amountCents: 100 + random(20_000) }
}
