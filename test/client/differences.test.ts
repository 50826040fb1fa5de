import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WireOutput } from '@tidemark/runtime/protocol'
import { comparedMax, differences } from '../../client/src/debugging/differences.ts'

const outputs = (...values: readonly (string | number)[]): WireOutput[] =>
  values.map((value, index) => ({
    index,
    kind: 'sql',
    isInTransaction: true,
    target: 'insert into totals values (?)',
    values: [String(value)],
    rows: 1,
    record: { topic: 'orders', partition: 0, offset: String(index) },
    again: 'adds',
  }))

test('what is equal, changed, gone and new is told apart, in the order of writing', () => {
  const { counts, rows } = differences(outputs('a', 'b', 'c', 'd'), outputs('a', 'x', 'c', 'd', 'e'))
  assert.deepEqual(counts, { same: 3, changed: 1, onlyBefore: 0, onlyNow: 1 })
  assert.deepEqual(
    rows.map(row => (row.kind === 'skipped' ? row.count : `${row.kind} ${row.before ?? '-'} ${row.now ?? '-'}`)),
    ['same a a', 'changed b x', 'same c c', 'same d d', 'onlyNow - e'],
  )
})

test('an output that was left out does not make all that follow differ', () => {
  const before = Array.from({ length: 500 }, (_, at) => at)
  const { counts, rows } = differences(outputs(...before), outputs(...before.filter(at => at !== 250)))
  assert.deepEqual(counts, { same: 499, changed: 0, onlyBefore: 1, onlyNow: 0 })
  assert.deepEqual(
    rows.filter(row => row.kind === 'skipped'),
    [
      { kind: 'skipped', count: 247 },
      { kind: 'skipped', count: 246 },
    ],
    'equal stretches are counted, with three of them shown on either side of the difference',
  )
})

test('a statement that is another one is told with its values', () => {
  const [before] = outputs('a')
  assert.ok(before)
  const [row] = differences([before], [{ ...before, target: 'delete from totals' }]).rows
  assert.deepEqual(row && 'before' in row ? [row.target, row.before, row.now] : [], [
    undefined,
    'a · insert into totals values (?)',
    'a · delete from totals',
  ])
})

test('the number of rows that a rolled back run reports is no difference', () => {
  const [output] = outputs('a')
  assert.ok(output)
  assert.equal(differences([output], [{ ...output, rows: 7, index: 3 }]).counts.same, 1)
})

test('more than is compared is said, and bounded', () => {
  const many = Array.from({ length: comparedMax + 500 }, (_, at) => at)
  const { isComplete, rows, counts } = differences(outputs(...many), outputs(...many.map(at => at + 1_000_000)))
  assert.equal(isComplete, false)
  assert.equal(counts.changed, comparedMax)
  assert.ok(rows.length <= 400)
})

test('nothing at all is no difference', () => {
  assert.deepEqual(differences([], []).rows, [])
})
