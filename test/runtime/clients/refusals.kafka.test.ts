/** Wrong credentials and missing rights: each an error that names what was refused, and nothing written. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { createProcessor, silentTrace, text, transactional } from '@tidemark/runtime'
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
import { platformatic } from '@tidemark/runtime/clients/platformatic'
import { sqlite } from '@tidemark/runtime/stores/sqlite'
import { Kafka, logLevel } from 'kafkajs'
import type { KafkaClient, KafkaConnection } from '../../../runtime/src/clients/client.ts'
import { fileScope } from '../../harness/scope.ts'
import { type SecuredKafka, useSecuredKafka } from '../../harness/securedKafka.ts'
import { uniqueName } from '../../harness/topics.ts'

type Login = SecuredKafka['login'] | { mechanism: 'plain'; username: string; password: string }

const clients: readonly (readonly [name: string, make: (broker: string, login: Login) => KafkaClient])[] = [
  [
    'kafkajs',
    (broker, sasl) =>
      kafkajs(
        new Kafka({ clientId: 'refused', brokers: [broker], sasl, logLevel: logLevel.NOTHING, retry: { retries: 1 } }),
      ),
  ],
  [
    '@platformatic/kafka',
    (broker, { username, password }) =>
      platformatic({
        clientId: 'refused',
        bootstrapBrokers: [broker],
        sasl: { mechanism: 'PLAIN', username, password },
      }),
  ],
]

const scope = fileScope()
let kafka: SecuredKafka
let topic: string

before(async () => {
  kafka = await useSecuredKafka(scope)
  topic = uniqueName('guarded')
  const open = await kafkajs(
    new Kafka({ clientId: 'open', brokers: [kafka.openBroker], logLevel: logLevel.NOTHING }),
  ).connect()
  await open.createTopics([{ topic, partitions: 1 }])
  const producer = await open.producer({})
  await producer.send([{ topic, partition: 0, value: 'secret' }])
  await open.close()
})

for (const [name, make] of clients) {
  describe(name, () => {
    const connect = async (t: { after(cleanUp: () => unknown): void }): Promise<KafkaConnection> => {
      const connection = await make(kafka.guardedBroker, kafka.login).connect()
      t.after(() => connection.close())
      return connection
    }

    test('a wrong password is told with the broker and the mechanism, and never shown', async () => {
      const client = make(kafka.guardedBroker, {
        mechanism: 'plain',
        username: 'mallory',
        password: 'not-the-password',
      })
      await assert.rejects(client.connect(), (error: Error) => {
        assert.match(error.message, new RegExp(`${kafka.guardedBroker}.*plain`, 'i'))
        assert.doesNotMatch(error.message, /not-the-password/)
        return 'code' in error && error.code === 'AUTHENTICATION_FAILED'
      })
    })

    test('a topic that may not be read is named', async t => {
      const connection = await connect(t)
      await assert.rejects(connection.describeTopics([topic]), {
        code: 'AUTHORIZATION_FAILED',
        message: new RegExp(topic),
      })
    })

    test('a group that may not be joined is named', async t => {
      const connection = await connect(t)
      const groupId = uniqueName('guarded-group')
      const callbacks = { onAssigned: async () => {}, onRevoked: async () => {}, onLost: () => {}, onError: () => {} }
      const times = { sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 6_000, heartbeatIntervalMs: 500 }
      await assert.rejects(connection.join({ groupId, topics: [topic], ...times, ...callbacks }), {
        code: 'AUTHORIZATION_FAILED',
        message: new RegExp(groupId),
      })
      await assert.rejects(connection.committedOffsets(groupId, [{ topic, partition: 0 }]), {
        code: 'AUTHORIZATION_FAILED',
      })
    })

    test('a transactional id that may not be used is named', async t => {
      const connection = await connect(t)
      const transactionalId = uniqueName('guarded-id')
      await assert.rejects(connection.producer({ transactionalId }), {
        code: 'AUTHORIZATION_FAILED',
        message: new RegExp(transactionalId),
      })
    })

    test('a pipeline with a wrong password, or without a right, ends at its start by name; nothing was read or written', async t => {
      const impostor = { mechanism: 'plain', username: 'mallory', password: 'wrong' } as const
      const start = (login: Login) => {
        let calls = 0
        const store = sqlite(':memory:')
        const processor = createProcessor({
          client: make(kafka.guardedBroker, login),
          groupId: uniqueName('guarded-group'),
          topics: [topic],
          value: text,
          guarantee: transactional(store),
          handleSignals: false,
          trace: silentTrace,
        }).foreachBatch(() => void calls++)
        t.after(() => processor.stop())
        return processor.run().then(
          () => assert.fail('it ran'),
          (error: Error & { code?: string; action?: string }) => ({ ...error, message: error.message, calls }),
        )
      }
      const refused = await start(impostor)
      assert.deepEqual([refused.code, refused.calls], ['AUTHENTICATION_FAILED', 0])
      assert.match(refused.message, new RegExp(kafka.guardedBroker))
      const forbidden = await start(kafka.login)
      assert.deepEqual([forbidden.code, forbidden.calls], ['AUTHORIZATION_FAILED', 0])
      assert.match(forbidden.message, new RegExp(`${topic}.*${kafka.guardedBroker}.*ACL`, 's'))
    })

    test('a topic that may not be written is named, and stays as it was', async t => {
      const connection = await connect(t)
      await assert.rejects(
        connection.producer({}).then(producer => producer.send([{ topic, partition: 0, value: 'x' }])),
        { code: 'AUTHORIZATION_FAILED' },
      )
    })
  })
}
