import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ComposeSyntaxError, composeBrokers, envFileVariables } from '../../client/src/cluster/composeBrokers.ts'

const brokersOf = (text: string, variables = {}) => composeBrokers(text, variables).brokers

test('lists and maps, anchors and merges, several services, with what the environment fills in', () => {
  const text = `x-kafka: &kafka
  image: apache/kafka:4.1.1
  environment: &environment
    KAFKA_PROCESS_ROLES: broker
    KAFKA_ADVERTISED_LISTENERS: >-
      INTERNAL://one:29092,EXTERNAL://localhost:\${KAFKA_PORT:-9094},CONTROLLER://one:1
services:
  one:
    <<: *kafka
    ports: ['9094:9094', '9100:9100']
    # KAFKA_ADVERTISED_LISTENERS: PLAINTEXT://localhost:1
  two:
    <<: *kafka
    environment:
      <<: *environment
      KAFKA_ADVERTISED_LISTENERS: INTERNAL://two:29092,EXTERNAL://localhost:9095
    ports:
      - target: 9095
        published: 9095
  three:
    environment: ['KAFKA_CFG_ADVERTISED_LISTENERS=PLAINTEXT://127.0.0.1:$$9096', 'A', 'KAFKA_ADVERTISED_LISTENERS=B://[::1]:9096']
  database:
    image: postgres
    ports: ['5432:5432']
`
  const { brokers, services, inside } = composeBrokers(text)
  assert.deepEqual(brokers, ['localhost:9094', 'localhost:9095', '[::1]:9096'])
  assert.deepEqual(services, ['one', 'two', 'three'])
  assert.deepEqual(inside, ['one:29092', 'two:29092'])
  assert.equal(brokersOf(text, { KAFKA_PORT: '9100' })[0], 'localhost:9100')
})

test('of two listeners on this machine the one whose port is published', () => {
  const text = `services:
  kafka:
    environment: { KAFKA_ADVERTISED_LISTENERS: 'A://localhost:9092,B://localhost:29092' }
    ports: ['127.0.0.1:29092:29092/tcp']
`
  assert.deepEqual(brokersOf(text), ['localhost:29092'])
})

test('an image that is told nothing advertises its usual port, if that is published as it is', () => {
  const kafka = (ports: string) => `services: { broker: { image: 'apache/kafka:4.1.1', ports: ${ports} } }`
  assert.deepEqual(brokersOf(kafka("['9092:9092']")), ['localhost:9092'])
  assert.deepEqual(brokersOf(kafka('[{ target: 9092, published: "9092" }]')), ['localhost:9092'])
  assert.deepEqual(brokersOf(kafka('[9092]')), [], 'a port of the machine that nobody has chosen')
  assert.deepEqual(brokersOf("services: { web: { image: nginx, ports: ['9092:9092'] } }"), [])
})

test('Redpanda says it in its command', () => {
  const command = '--advertise-kafka-addr internal://redpanda:9092,external://localhost:19092'
  assert.deepEqual(brokersOf(`services:\n  redpanda:\n    command: redpanda start ${command}\n`), ['localhost:19092'])
  const listed = command.split(' ').join("', '")
  assert.deepEqual(brokersOf(`services: { redpanda: { command: ['redpanda', '${listed}'] } }`), ['localhost:19092'])
})

test('other hosts where none is here; what is known only inside is told and not taken', () => {
  const remote = "services: { a: { environment: { KAFKA_ADVERTISED_LISTENERS: 'X://a:1,Y://kafka.example:9092' } } }"
  assert.deepEqual(brokersOf(remote), ['kafka.example:9092'])
  const inside = "services: { a: { hostname: b, environment: { KAFKA_ADVERTISED_LISTENERS: 'X://b:9092' } } }"
  assert.deepEqual(composeBrokers(inside), { brokers: [], services: [], inside: ['b:9092'], unset: [] })
})

test('a variable that nobody has set is named; those of an .env file count', () => {
  const text = "services: { a: { environment: { KAFKA_ADVERTISED_LISTENERS: 'X://$HOST:$PORT' } } }"
  assert.deepEqual(composeBrokers(text).unset, ['HOST', 'PORT'])
  assert.deepEqual(composeBrokers(text).brokers, [])
  const env = envFileVariables('# of the team\nexport HOST="localhost"\nPORT = 9099 # free\nEMPTY=\n')
  assert.deepEqual(env, { HOST: 'localhost', PORT: '9099', EMPTY: '' })
  assert.deepEqual(brokersOf(text, env), ['localhost:9099'])
})

test('what is no YAML is told with its line; a bomb of aliases and other shapes do no harm', () => {
  const at = (text: string) => {
    try {
      composeBrokers(text)
    } catch (error) {
      assert.ok(error instanceof ComposeSyntaxError, String(error))
      return [error.line, error.column]
    }
    return undefined
  }
  assert.equal(at('services:\n  a:\n    image: x\n   ports: []\n')?.[0], 4)
  assert.equal(at('services:\n  a: "open\n')?.[0], 3)
  assert.equal(at('a: 1\na: 2\n')?.[0], 2)
  const bomb = `a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join('\n')}\n`
  assert.ok(at(bomb), 'refused')
  for (const text of ['', '- a', '42', 'services: [a]', 'services: { a: null, b: 3, c: { environment: 7, ports: 7 } }'])
    assert.deepEqual(brokersOf(text), [], text)
})
