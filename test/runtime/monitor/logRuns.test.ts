import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type LogBatch, LogRuns } from '../../../runtime/src/semantics/logRuns.ts'

test('neighbours without gaps are one run, however long the log', () => {
  const runs = new LogRuns(0)
  for (let at = 0; at < 100_000; at += 10)
    runs.append({ fromOffset: at, untilOffset: at + 10, recordCount: 10, isReadable: true })
  assert.equal(runs.runCount, 1)
  assert.deepEqual(runs.count(5, 99_995), { readable: 99_990n, markersAndAborted: 0n, gaps: 0n })
})

test('every count equals that of a full walk, or names the batch that only its records can decide', () => {
  fc.assert(
    fc.property(logs, fc.nat(300), fc.nat(300), (batches, a, b) => {
      const runs = new LogRuns(0)
      for (const batch of batches) runs.append(batch)
      const end = runs.untilOffset
      const [from, until] = [Math.min(a, b) % (end + 1), Math.max(a, b) % (end + 1)].sort((x, y) => x - y) as [
        number,
        number,
      ]
      runs.dropBefore(Math.min(from, until))
      const count = runs.count(from, until)
      if ('unclear' in count) {
        const batch = count.unclear
        assert.ok(batch.recordCount < batch.untilOffset - batch.fromOffset, 'only a batch with gaps is unclear')
        const cuts = [from, until].some(cut => batch.fromOffset < cut && cut < batch.untilOffset)
        assert.ok(cuts, 'and only where the range ends inside it')
        return
      }
      assert.deepEqual(count, walk(batches, from, until))
    }),
    { numRuns: 2_000 },
  )
})

test('the end of a log that holds nothing more is gaps', () => {
  const runs = new LogRuns(10)
  runs.coverUntil(20)
  assert.deepEqual(runs.count(10, 20), { readable: 0n, markersAndAborted: 0n, gaps: 10n })
})

/** Batches with gaps between and inside them. */
const logs: fc.Arbitrary<LogBatch[]> = fc
  .array(
    fc.record({ skip: fc.nat(3), size: fc.integer({ min: 1, max: 8 }), lost: fc.nat(8), isReadable: fc.boolean() }),
    { maxLength: 40 },
  )
  .map(parts => {
    let at = 0
    return parts.map(({ skip, size, lost, isReadable }) => {
      const fromOffset = at + (skip === 3 ? 2 : 0)
      at = fromOffset + size
      return { fromOffset, untilOffset: at, recordCount: lost < size - 1 && lost < 3 ? size - lost : size, isReadable }
    })
  })

function walk(batches: readonly LogBatch[], from: number, until: number) {
  const sum = { readable: 0n, markersAndAborted: 0n, gaps: 0n }
  for (let offset = from; offset < until; offset++) {
    const batch = batches.find(({ fromOffset, untilOffset }) => fromOffset <= offset && offset < untilOffset)
    // Which offsets of a batch with gaps are there does not matter: such a batch is only counted as a whole.
    if (!batch || offset - batch.fromOffset >= batch.recordCount) sum.gaps++
    else if (batch.isReadable) sum.readable++
    else sum.markersAndAborted++
  }
  return sum
}
