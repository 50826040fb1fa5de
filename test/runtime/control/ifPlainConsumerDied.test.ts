/** What is said about a crash of plain kafkajs code, from what is committed and what is done. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Batch } from 'kafkajs'
import { PlainBatch } from '../../../runtime/src/control/plain/batch.ts'
import { ifPlainConsumerDied, type PlainSituation } from '../../../runtime/src/control/plain/ifItDied.ts'
import { type BatchPhase, tellIfItDied } from '../../../runtime/src/protocol.ts'

test('told from what is committed by now, not from what was configured', () => {
  for (const [phase, committed, handledUntil, sentence] of [
    ['fetched', 10n, 10n, 'Nothing would be repeated or lost: the next start reads these 4 records again.'],
    [
      'processing',
      10n,
      10n,
      'Nothing would be lost, but these 4 records would run again: what the handler has written so far would be written twice.',
    ],
    [
      'processing',
      14n,
      10n,
      'What the handler has not done yet for these 4 records would be lost: their offsets are committed already.',
    ],
    // One message at a time, the first two done and committed by a threshold.
    [
      'processing',
      12n,
      12n,
      'Nothing would be lost, but these 2 records would run again: what the handler has written so far would be written twice.',
    ],
    // The first done, one more committed ahead of its work.
    [
      'processing',
      12n,
      11n,
      'The next start would run these 2 records again: what the handler has written so far would be written twice; what it has not done yet for this 1 record would be lost: their offsets are committed already.',
    ],
    [
      'saved',
      10n,
      14n,
      'Nothing would be lost, but these 4 records would run again: what the handler has written would be written twice.',
    ],
    [
      'committed',
      14n,
      14n,
      'Nothing would be repeated or lost: the batch is committed, and the handler says that it is done.',
    ],
  ] as const)
    assert.equal(said(phase, { committed }, handledUntil), sentence)
})

test('a group that has never committed, without fromBeginning, would start at the end of the log', () => {
  const situation = { committed: undefined, isFromBeginning: false }
  assert.match(said('fetched', situation, 10n), /orders\/0 .* end of the log: these 4 records would be lost\./)
  assert.match(said('processing', situation, 12n), /not done yet for these 2 records would be lost/)
  assert.match(said('saved', situation, 14n), /would not run again/)
  assert.match(said('fetched', { committed: undefined }, 10n), /the next start reads these 4 records again/)
})

function said(phase: BatchPhase, situation: Partial<PlainSituation>, handledUntil: bigint): string {
  const batch = new PlainBatch(fourRecords(), { batchId: '1', sequence: 1, attempt: 1 })
  batch.handledUntil = handledUntil
  return tellIfItDied(
    ifPlainConsumerDied(batch, phase, {
      committed: undefined,
      isFromBeginning: true,
      isAutoCommit: true,
      ...situation,
    }),
  )
}

/** Offsets 10 to 13. */
function fourRecords(): Batch {
  const message = (offset: number) => {
    return { offset: `${offset}`, timestamp: '0', attributes: 0, key: null, value: null, headers: {} }
  }
  return {
    topic: 'orders',
    partition: 0,
    highWatermark: '14',
    messages: [10, 11, 12, 13].map(message),
    isEmpty: () => false,
    firstOffset: () => '10',
    lastOffset: () => '13',
    offsetLag: () => '0',
    offsetLagLow: () => '0',
  }
}
