/** What a stepped pipeline is like, in lines for a terminal. Everything that comes from Kafka or the program is shown as plain text. */
import { type Account, accountRules } from '../../account.ts'
import {
  type BatchState,
  type FaultedParams,
  tellIfItDied,
  type WireOutput,
  type WireRange,
  type WireRecord,
} from '../../protocol.ts'
import { shown } from '../cluster.ts'

const textMax = 120

export function stateLines(state: BatchState): string[] {
  const { batchId, phase, recordCount, ranges, outcome, error, stopCause, ifItDied, outputCount } = state
  const facts = [
    `${recordCount} records`,
    ...(outputCount === undefined ? [] : [`${outputCount} outputs`]),
    ...(outcome ? [outcome] : []),
  ]
  const why = stopCause?.record
    ? [`  at ${nameOf(stopCause.record)}, record ${(stopCause.index ?? 0) + 1} of the batch`]
    : []
  return [
    `[${phase}] batch ${shown(batchId)}: ${facts.join(', ')}`,
    ...ranges.map(range => `  ${rangeText(range)}`),
    ...why,
    ...(error === undefined ? [] : [`  ${short(error)}`]),
    ...(ifItDied ? [`  If it died now: ${tellIfItDied(ifItDied)}`] : []),
  ]
}

export function recordLine({ topic, partition, offset, key, value, outputCount = 0 }: WireRecord): string {
  const outputs = outputCount > 0 ? `  -> ${outputCount}` : ''
  return `  ${shown(topic)}/${partition} ${offset}  ${short(key ?? 'null')}  ${short(value ?? 'null')}${outputs}`
}

export function outputLine({ kind, target, values, rows, record, again, isInTransaction, error }: WireOutput): string {
  const by = record ? `${nameOf(record)}: ` : ''
  const where = isInTransaction ? 'in the transaction' : 'outside any transaction'
  const effect = { same: 'again changes nothing', adds: 'again adds', unknown: 'again: unknown' }[again]
  const what = kind === 'record' ? `record to ${shown(target)}` : short(target)
  return `  ${by}${what} [${values.map(short).join(', ')}]  ${rows} rows, ${where}, ${effect}${error === undefined ? '' : `, failed: ${short(error)}`}`
}

export function accountLines({ fault, batch }: FaultedParams, { rows, offsets }: Account): string[] {
  const { repeated, lost, held } = offsets
  return [
    `After ${fault}${batch ? ` in phase ${batch.phase} of batch ${shown(batch.batchId)}` : ''}: ${repeated} repeated, ${lost} lost, ${held} held`,
    ...rows.map(row => `  ${row.fate.padEnd(8)} ${rangeText(row.range)}  ${accountRules[row.rule]}`),
  ]
}

/** Outputs that differ between two runs of the same records, in their order; what is equal is only counted. */
export function differenceLines(before: readonly WireOutput[], now: readonly WireOutput[]): string[] {
  if (before.length === 0) return ['  (the outputs of its first run are not known; nothing to compare with)']
  const lines: string[] = []
  let equal = 0
  const left = grouped(before)
  const right = grouped(now)
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const [old = [], fresh = []] = [left.get(name), right.get(name)]
    for (let at = 0; at < Math.max(old.length, fresh.length); at++) {
      const [one, other] = [old[at], fresh[at]]
      if (one && other && essence(one) === essence(other)) equal++
      else lines.push(...(one ? [`- ${outputLine(one)}`] : []), ...(other ? [`+ ${outputLine(other)}`] : []))
    }
  }
  return [
    lines.length === 0 ? `  all ${equal} outputs are the same` : `  ${equal} outputs are the same; - before, + now:`,
    ...lines,
  ]
}

/** Outputs of one record are compared with each other; those of no record, among themselves. */
function grouped(outputs: readonly WireOutput[]): Map<string, WireOutput[]> {
  const groups = new Map<string, WireOutput[]>()
  for (const output of outputs) {
    const name = output.record ? nameOf(output.record) : ''
    groups.set(name, [...(groups.get(name) ?? []), output])
  }
  return groups
}

function essence({ target, values, error }: WireOutput): string {
  return JSON.stringify([target, values, error])
}

function rangeText({ topic, partition, fromOffset, untilOffset }: WireRange): string {
  return `${shown(topic)}/${partition} ${fromOffset}..${untilOffset}`
}

function nameOf({ topic, partition, offset }: { topic: string; partition: number; offset: string }): string {
  return `${shown(topic)}/${partition} ${offset}`
}

function short(text: string): string {
  const plain = shown(text)
  return plain.length > textMax ? `${plain.slice(0, textMax)}…` : plain
}
