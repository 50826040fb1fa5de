/** Why something could not be read: told in any language as far as the reason is known, in the words of whoever met it else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorSentences, inEnglish, reasonOf, TidemarkError, tell, tellError } from '@tidemark/runtime/monitor'
import { KafkaCodeError } from '../../../runtime/src/clients/kafka-protocol/errorCodes.ts'
import { TransportError } from '../../../runtime/src/clients/kafka-protocol/transport.ts'

/** A language that is seen at once. */
const shouted = (english: string): string => english.replace(/(?<!\{)\b[a-z]+\b(?!\})/g, word => word.toUpperCase())

const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:9092'), { code: 'ECONNREFUSED' })
const unreachable = new TidemarkError(
  'BROKER_UNREACHABLE',
  { brokers: 'b:9092', step: 'opening a connection', reason: `Connection error: ${refused.message}` },
  { cause: refused },
)

for (const [what, error, english] of [
  ['nothing listens', unreachable, 'nothing listens there (ECONNREFUSED)'],
  [
    'silence',
    new TransportError('b:9092', 'timed out', true, { failure: { kind: 'noAnswer', request: 'ListOffsets' } }),
    'no answer to ListOffsets in time',
  ],
  [
    'a broker that speaks',
    new KafkaCodeError('Fetch', 14),
    'COORDINATOR_LOAD_IN_PROGRESS: the coordinator is starting',
  ],
  [
    'a broker with words of its own',
    new KafkaCodeError('Fetch', 29, 'ask Bob'),
    'TOPIC_AUTHORIZATION_FAILED: not authorized for this topic (ask Bob)',
  ],
  ['a code of a later Kafka', new KafkaCodeError('Fetch', 999), 'ERROR_999: see the error codes of the Kafka protocol'],
] as const) {
  test(`${what} is told in English and in another language`, () => {
    assert.equal(inEnglish(reasonOf(error)), english)
    assert.notEqual(tell(reasonOf(error), shouted), english)
  })
}

test("what only a client library says stays as it says it, without the broker's address again", () => {
  assert.equal(inEnglish(reasonOf(new TransportError('b:9092', 'odd bytes', true))), 'odd bytes')
})

test('an error of the table is told with its details in their places, and in English as its message says it', () => {
  assert.equal(
    tellError(unreachable, english => english),
    unreachable.message,
  )
  const reason = tell(reasonOf(unreachable), shouted)
  assert.match(
    tellError(unreachable, shouted, { reason }),
    /^No BROKER OF b:9092 COULD BE REACHED \(OPENING A CONNECTION\): NOTHING LISTENS THERE \(ECONNREFUSED\)\. Check THAT/,
  )
})

test('an error whose message no template makes is told in English', () => {
  const error = new TidemarkError('TOPIC_UNKNOWN', { topics: ['oders'] })
  assert.equal(tellError(error, shouted), error.message)
  assert.ok(!errorSentences().includes(error.message))
})

test('a reason that is a sentence brings no second full stop', () => {
  const { message } = new TidemarkError('STORE_CORRUPT', { store: 'totals.db', reason: 'the file is no database.' })
  assert.match(message, /^totals\.db is damaged: the file is no database\. Restore/)
})
