/** Options are checked when the processor is made, before anything is connected. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { atLeastOnce, createProcessor, text } from '../../../runtime/src/index.ts'
import { FakeKafka } from '../../../runtime/src/testing/index.ts'

const common = { client: new FakeKafka().client(), groupId: 'g', topics: ['orders'], value: text }

test('options are checked at once, with what was expected', () => {
  const make = (extra: object) => () => createProcessor({ ...common, guarantee: atLeastOnce(), ...extra })
  assert.throws(make({ maxRecordsPerBatch: 0 }), /maxRecordsPerBatch is 0, but it must be a whole number, at least 1/)
  assert.throws(make({ groupId: '' }), /groupId/)
  assert.throws(make({ topics: [] }), /topics/)
  assert.throws(make({ guarantee: undefined }), /transactional\(store\)/)
  assert.throws(make({ heartbeatIntervalMs: 20_000 }), /at most a third of sessionTimeoutMs/)
  assert.throws(make({ onDataLoss: 'ask' }), /askOnDataLoss/)
  assert.throws(make({ trigger: { processingTimeMs: 0 } }), /processingTimeMs/)
})

test('a handler is given once, and before the run', async () => {
  const processor = createProcessor({ ...common, guarantee: atLeastOnce() })
  await assert.rejects(processor.run(), { code: 'HANDLER_MISSING' })
  processor.foreachBatch(() => {})
  assert.throws(() => processor.foreachPartition(() => {}), { code: 'HANDLER_TWICE' })
})
