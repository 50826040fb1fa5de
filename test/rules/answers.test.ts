/** How sure it is that a request does harm when it is made again: whether what comes back is used, and what the request says of itself. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { createEngine } from '@tidemark/server/analysis/engine/engine'
import { memory, root } from './memory.ts'

const consumer = (body: string): string => `import { Kafka } from 'kafkajs'
import axios from 'axios'
import got from 'got'
import gql from 'graphql-tag'
import { Pool } from 'pg'
const pool = new Pool()
const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
const remove = id => pool.query('DELETE FROM carts WHERE id = $1', [id])
const url = 'https://shop.example'
const customer = gql\`query Customer($id: ID!) { customer(id: $id) { name } }\`
async function post(path, body) {
  const { data } = await axios.post(url + path, body)
  return data
}
await consumer.run({ eachMessage: async ({ message }) => { const order = JSON.parse(message.value); ${body} } })
process.once('SIGTERM', () => consumer.disconnect())
`

const sent = `await fetch(\`\${url}/rates\`, { method: 'POST', body: order.cents })`
const rows: readonly (readonly [name: string, body: string, confidence: string | undefined])[] = [
  ['nobody looks at the answer', `${sent}`, 'certain'],
  ['only its status', `const response = ${sent}; if (!response.ok) throw new Error(await response.text())`, 'certain'],
  ['only logged', `const { data } = await axios.post(url, order); console.log(data)`, 'certain'],
  ['given back to nobody', `await post('/orders', order)`, 'certain'],
  ['asked by its address, and not listened to', `await axios.post(\`\${url}/search\`, order)`, 'certain'],
  ['a mutation, its answer used', `const { data } = await axios.post(url, { query: 'mutation { add { id } }' }); await remove(data.id)`, 'certain'],
  ['its answer decides', `const response = ${sent}; const rate = await response.json(); if (rate.cents > 0) await remove(order.id)`, 'likely'],
  ['its answer is written', `const { data } = await axios.post(url, order); await remove(data.id)`, 'likely'],
  ['its answer given back, and used', `const found = await post('/orders', order); await remove(found.id)`, 'likely'],
  ['its answer read on the way', `const found = await got.post(url, { json: order }).json(); await remove(found.id)`, 'likely'],
  ['its answer read in a chain', `const found = await ${sent.slice('await '.length)}.then(response => response.json()); await remove(found.id)`, 'likely'],
  ['asked by its address, its answer used', `const { data } = await axios.post(\`\${url}/search\`, order); await remove(data.id)`, 'possible'],
  ['a token', `const { data } = await axios.post('https://login.example/oauth2/token', order); await axios.put(url, order, { headers: { authorization: data.access_token } })`, 'possible'],
  ['a query', `const { data } = await axios.post(url, { query: 'query { me { id } }' }); await remove(data.id)`, undefined],
  ['a query without its word', `await fetch(url, { method: 'POST', body: JSON.stringify({ query: '{ me { id } }' }) })`, undefined],
  ['a tagged query', `const { data } = await axios.post(url, { query: customer, variables: { id: order.id } }); await remove(data.name)`, undefined],
  ['words to search by are no query', `await axios.post(url, { query: 'shoes' })`, 'certain'],
]

for (const [name, body, confidence] of rows)
  test(`${confidence ?? 'silent'}: ${name}`, () => {
    const engine = createEngine({ fileSystem: memory({ 'main.js': consumer(body) }) })
    const found = engine.analyze(join(root, 'main.js')).findings.filter(finding => finding.rule === 'non-idempotent-output')
    assert.deepEqual(found.map(finding => finding.confidence), confidence === undefined ? [] : [confidence])
  })
