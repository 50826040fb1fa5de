/** Recorded snapshots, and a host that answers for the records of their batches. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WireOutput, WirePlace, WireRecord } from '@tidemark/runtime/protocol'
import type { BatchSnapshot, OverviewSnapshot, Snapshot, ViewMessage } from '@tidemark/webview/protocol'
import type { Panel } from './panel.ts'

const folder = join(import.meta.dirname, 'snapshots')

export function snapshotNames(): string[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .map(name => name.replace(/\.json$/, ''))
    .sort()
}

export function snapshotNamed(name: string): Snapshot {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Snapshot
}

export function overviewNamed(name: string): OverviewSnapshot {
  const snapshot = snapshotNamed(name)
  if (snapshot.view !== 'overview') throw new Error(`${name} is no overview`)
  return snapshot
}

export function batchNamed(name: string): BatchSnapshot {
  const snapshot = snapshotNamed(name)
  if (snapshot.view !== 'batch') throw new Error(`${name} is no batch`)
  return snapshot
}

/** Answers each window of records and outputs as the extension host does, from lists that never end. */
export async function answerRecords(message: ViewMessage, panel: Panel): Promise<void> {
  if (message.type === 'records') {
    const records = Array.from({ length: message.count }, (_, at) => recordAt(message.from + at))
    await panel.send({ type: 'records', requestId: message.requestId, result: { total: 1_000_000_000, records } })
  } else if (message.type === 'outputs') {
    const ofRecord = message.record ? 2 : undefined
    const count = Math.min(message.count, ofRecord ?? message.count)
    const outputs = Array.from({ length: count }, (_, at) => outputAt(message.from + at, message.record))
    const result = { total: ofRecord ?? 1_000_000_000, isComplete: true, outputs }
    await panel.send({ type: 'outputs', requestId: message.requestId, result })
  }
}

function outputAt(index: number, record: WirePlace | undefined): WireOutput {
  const isSql = index % 3 !== 2
  return {
    index,
    kind: isSql ? 'sql' : 'record',
    isInTransaction: isSql,
    target: isSql
      ? 'insert into totals (customer, cents) values (?, ?) on conflict (customer) do update set cents = cents + excluded.cents'
      : 'order-events',
    values: [customers[index % customers.length] ?? '', String(100 + index)],
    rows: 1,
    ...(record ? { record } : {}),
    again: isSql ? 'adds' : 'unknown',
  }
}

const customers = ['c-17', 'c-03', 'c-17', 'c-99', 'c-04']
const firstAtMs = Date.parse('2026-11-20T12:01:04.120Z')

export function recordAt(index: number): WireRecord {
  const customer = customers[index % customers.length] ?? 'c-00'
  return {
    topic: 'orders',
    partition: Math.floor(index / 50) % 3,
    offset: String(18_201 + index),
    timestampMs: firstAtMs + index * 2,
    key: index % 7 === 5 ? null : customer,
    value:
      index % 11 === 8
        ? null
        : JSON.stringify({ order: 90_000 + index, customer, amount: ((index * 37) % 9_900) / 100 }),
    isTruncated: false,
    ...(index % 4 === 0 ? { outputCount: 2 } : {}),
  }
}
