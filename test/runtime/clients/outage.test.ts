/** Brokers that are away for long, over the sockets of each client. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Kafka, logLevel } from 'kafkajs'
import { kafkajs } from '../../../runtime/src/clients/kafkajs.ts'
import { platformatic } from '../../../runtime/src/clients/platformatic.ts'
import { startSimulatedCluster } from '../../sim/servers.ts'

const clients = {
  kafkajs: (brokers: readonly string[]) =>
    kafkajs(new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING, retry: { retries: 0 } })),
  platformatic: (brokers: readonly string[]) => platformatic({ clientId: 'test', bootstrapBrokers: [...brokers] }),
}

for (const [name, client] of Object.entries(clients))
  test(`${name}: asked again and again while every broker is away, nothing piles up on the sockets that are gone`, async t => {
    const warnings: string[] = []
    const note = (warning: Error) => warnings.push(String(warning))
    process.on('warning', note)
    t.after(() => process.off('warning', note))
    const cluster = await startSimulatedCluster({ brokers: 1, topics: 2, partitions: 2, groups: 1 })
    const connection = await client(cluster.brokers).connect()
    t.after(() => connection.close())
    const position = { topic: 'topic-0000', partition: 0, offset: 0n, maxBytes: 1_000 }
    const ask = () =>
      connection.fetch({
        partitions: [position],
        isolation: 'read_committed',
        maxWaitMs: 5,
        minBytes: 1,
        maxBytes: 1_000,
      })
    await cluster.close()
    // More often than an emitter takes listeners before Node warns of a leak.
    for (let turn = 0; turn < 15; turn++) {
      const [answer] = await ask().catch(error => [{ error }])
      assert.ok(answer?.error, 'nobody answers')
    }
    // Node tells of a warning in the next turn.
    await new Promise(resolve => setImmediate(resolve))
    assert.deepEqual(warnings, [])
  })
