/** What SQL texts do when they run twice: dialects, placeholders, conditions. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeSql } from '@tidemark/server/facts/libraries/sql'

const repeatable = [
  ['INSERT INTO totals (id, n) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING', 'ON CONFLICT'],
  ['insert into totals values (?, ?) on conflict do nothing returning id', 'ON CONFLICT'],
  ['INSERT INTO totals (id, n) VALUES (:id, :n) ON CONFLICT (id) DO UPDATE SET n = excluded.n', 'ON CONFLICT'],
  [
    'WITH fresh AS (SELECT 1) INSERT INTO totals SELECT * FROM fresh ON CONFLICT (id) DO UPDATE SET n = excluded.n - 1',
    'ON CONFLICT',
  ],
  [
    'INSERT INTO totals AS t (id, n, last_offset) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET n = t.n + excluded.n, last_offset = excluded.last_offset WHERE t.last_offset < excluded.last_offset',
    'ON CONFLICT',
  ],
  ['INSERT INTO totals (id) VALUES (?) ON DUPLICATE KEY UPDATE n = VALUES(n)', 'ON DUPLICATE KEY'],
  ['INSERT IGNORE INTO totals (id) VALUES (?)', 'INSERT IGNORE'],
  ['INSERT OR IGNORE INTO totals (id) VALUES (?)', 'INSERT OR IGNORE'],
  ['INSERT OR REPLACE INTO totals (id) VALUES (?)', 'REPLACE overwrites the row'],
  ['REPLACE INTO totals (id) VALUES (?)', 'REPLACE overwrites the row'],
  ['INSERT INTO totals SELECT $1 WHERE NOT EXISTS (SELECT 1 FROM totals WHERE id = $1)', 'WHERE NOT EXISTS'],
  ['UPDATE totals SET n = $1 * 100 WHERE id = $2', 'sets the same values again'],
  ['UPDATE totals SET n = n + $1, version = version + 1 WHERE id = $2 AND version = $3', 'sets the same values again'],
  ["UPDATE orders SET paid = paid + $1, state = 'paid' WHERE id = $2 AND state = 'open'", 'sets the same values again'],
  [
    'MERGE INTO totals USING (VALUES ($1)) AS s (id) ON totals.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)',
    'MERGE matches on a key',
  ],
  ['DELETE FROM carts WHERE id = ANY($1)', 'deleting twice changes nothing'],
] as const

const harmful = [
  ['INSERT INTO totals (id) VALUES ($1)', 'no ON CONFLICT clause'],
  ["INSERT INTO notes (text) VALUES ('ON CONFLICT DO NOTHING')", 'no ON CONFLICT clause'],
  [
    'insert into totals values (?, ?) on conflict (customer) do update set cents = cents + excluded.cents',
    "'cents = cents + excluded.cents' adds to the stored value again on a repeat",
  ],
  [
    'INSERT INTO totals AS t (id, n) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET n = COALESCE(t.n, 0) + excluded.n, at = now()',
    "'n = coalesce ( t.n 0 ) + excluded.n' adds to the stored value again on a repeat",
  ],
  [
    'INSERT INTO totals (id) VALUES (?) ON DUPLICATE KEY UPDATE n = n + VALUES(n)',
    "'n = n + values ( n )' adds to the stored value again on a repeat",
  ],
  ['UPDATE totals SET n = n + 1 WHERE id = $1', "'n = n + 1' adds to the stored value again on a repeat"],
  [
    'UPDATE accounts SET balance = balance - $1 WHERE id = $2 AND balance >= $1',
    "'balance = balance - $1' adds to the stored value again on a repeat",
  ],
  [
    'UPDATE documents SET log = log || $1::jsonb WHERE id = $2',
    "'log = log || $1 ::jsonb' adds to the stored value again on a repeat",
  ],
  ['UPDATE ? SET n = n + 1', "'n = n + 1' adds to the stored value again on a repeat"],
] as const

test('what may run twice', () => {
  for (const [text, reason] of repeatable) {
    const verdict = judgeSql(text)
    assert.deepEqual([verdict?.kind, verdict?.isRepeatable, verdict?.reason], ['write', true, reason], text)
  }
})

test('what may not', () => {
  for (const [text, reason] of harmful) {
    const verdict = judgeSql(text)
    assert.deepEqual([verdict?.kind, verdict?.isRepeatable, verdict?.reason], ['write', false, reason], text)
  }
})

test('what writes nothing, and what is no SQL', () => {
  assert.equal(judgeSql('SELECT * FROM totals FOR UPDATE')?.kind, 'read')
  assert.equal(judgeSql('WITH open AS (SELECT * FROM orders FOR UPDATE) SELECT count(*) FROM open')?.kind, 'read')
  assert.equal(judgeSql('BEGIN')?.kind, 'other')
  assert.equal(judgeSql('update of the order'), undefined)
  assert.equal(judgeSql('orders.insert'), undefined)
})
