/** Which clusters a debug run is refused on: by any address, by their id, and by nothing that cannot be read. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusalOf } from '../../../runtime/src/control/readOnly.ts'

const here = { brokers: ['127.0.0.1:9092', 'Broker-2.example:9093'], clusterId: 'abc' }

for (const [what, variable, isRefused] of [
  ['none is declared', '', false],
  ['a list of addresses, one of them this', 'other:1, broker-2.example:9093', true],
  ['the own machine by another name', 'localhost:9092', true],
  ['another port', 'localhost:9094', false],
  ['other addresses, the same id', '[{"name":"p","brokers":["vpn:9092"],"clusterId":"abc"}]', true],
  ['other addresses, another id', '[{"name":"p","brokers":["vpn:9092"],"clusterId":"xyz"}]', false],
  ['other addresses, no id', '[{"name":"p","brokers":["vpn:9092"]}]', false],
] as const) {
  test(`${what}: ${isRefused ? 'refused' : 'let through'}`, async () => {
    const refusal = await refusalOf({ TIDEMARK_READ_ONLY: variable }, async () => here)
    assert.equal(refusal?.code, isRefused ? 'CLUSTER_READ_ONLY' : undefined)
  })
}

test('where none is declared, nobody is asked', async () => {
  await refusalOf({}, () => assert.fail('asked'))
})

test('what cannot be read lets nobody through, and neither does a cluster that does not say who it is', async () => {
  await assert.rejects(
    refusalOf({ TIDEMARK_READ_ONLY: '[{"name":1}]' }, async () => here),
    /TIDEMARK_READ_ONLY/,
  )
  await assert.rejects(
    refusalOf({ TIDEMARK_READ_ONLY: 'a:1' }, () => Promise.reject(new Error('no answer'))),
    /no answer/,
  )
})
