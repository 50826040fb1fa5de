/** The tide gauge: a partition's log as one bar, on one scale per topic. Reads from the oldest offset on the left to the log end on the right. */
import type { PartitionRow } from '../protocol.ts'
import { element, setAttribute, setClass, setHidden, setStyle } from './dom.ts'
import { type GaugeParts, type GaugeScale, gaugeParts } from './gaugeScale.ts'
import { distance, formatCount } from './numbers.ts'
import { strings } from './strings.ts'

const segments = ['before', 'processed', 'mark', 'taken', 'readable', 'notCounted', 'unreadable', 'undecided'] as const
type Segment = (typeof segments)[number]

export interface Gauge {
  readonly node: HTMLElement
  update(row: PartitionRow, scale: GaugeScale): void
}

export function tideGauge(): Gauge {
  const parts = new Map<Segment, HTMLElement>(segments.map(name => [name, element('i', name)]))
  const node = element('div', 'gauge', ...parts.values())
  node.setAttribute('role', 'img')
  return {
    node,
    update: (row, scale) => {
      const shares = gaugeParts(row, scale)
      for (const [name, part] of parts)
        if (name === 'mark') drawMark(part, row)
        else drawSegment(name, part, shares)
      setStyle(node, '--tick', `${(Number(scale.tick) / Number(scale.span)) * 100}%`)
      setAttribute(node, 'aria-label', spoken(row))
      setAttribute(node, 'title', spoken(row))
    },
  }
}

/** What each colour and pattern means, in the order in which they stand in the bar. */
export function gaugeLegend(): HTMLElement {
  const meanings: readonly (readonly [Segment, string])[] = [
    ['processed', strings.processed],
    ['mark', strings.column.tidemark],
    ['readable', strings.readable],
    ['notCounted', strings.notCounted],
    ['unreadable', strings.unreadable],
    ['undecided', strings.undecided],
    ['taken', strings.takenUnread],
  ]
  return element(
    'div',
    'legend',
    ...meanings.map(([name, meaning]) => {
      const sample = element('span', 'gauge', element('i', name))
      sample.setAttribute('aria-hidden', 'true')
      return element('span', '', sample, meaning)
    }),
  )
}

function drawSegment(name: Exclude<Segment, 'mark'>, part: HTMLElement, shares: GaugeParts): void {
  const share = shares[name]
  setStyle(part, 'flex-grow', share.toFixed(6))
  const torn = name === 'processed' && shares.isTorn ? ' torn' : ''
  setClass(part, share > 0 && name !== 'before' ? `${name} some${torn}` : name)
}

function drawMark(part: HTMLElement, row: PartitionRow): void {
  setHidden(part, row.committedOffset === undefined)
  setClass(part, row.lag.state === 'positionLost' || row.lag.takenByRetention !== '0' ? 'mark bad' : 'mark')
}

function spoken(row: PartitionRow): string {
  if (row.lag.state === 'unknown') return strings.leaderSilent
  const log = strings.gaugeLabel(formatCount(row.logStartOffset), formatCount(row.logEndOffset))
  if (row.committedOffset === undefined) return `${log}, ${strings.neverCommitted}`
  return `${log}, ${strings.gaugeCommitted(formatCount(row.committedOffset))}, ${causes(row)}`
}

/** The lag of a partition in words, cause by cause: `198 records · 3 markers or aborted`. */
export function causes(row: PartitionRow): string {
  const { lag } = row
  const words: string[] = []
  if (lag.state === 'unknown') return strings.leaderSilent
  if (lag.takenByRetention !== '0') words.push(strings.taken(formatCount(lag.takenByRetention)))
  if (lag.state === 'neverCommitted') {
    const held = distance(row.logStartOffset, row.logEndOffset).toString()
    return strings.neverWhy(formatCount(held))
  }
  if (lag.state === 'positionLost' && words.length === 0) words.push(strings.lostWhy)
  if (lag.readable !== undefined) words.push(strings.records(formatCount(lag.readable)))
  else if (lag.state === 'behind') words.push(strings.upTo(formatCount(unreadOffsets(row).toString())))
  if (some(lag.markersAndAborted)) words.push(strings.markersAndAborted(formatCount(lag.markersAndAborted)))
  if (some(lag.gaps)) words.push(strings.gaps(formatCount(lag.gaps)))
  if (some(lag.inOpenTransactions)) words.push(strings.inOpenTransactions(formatCount(lag.inOpenTransactions)))
  return words.join(' · ')
}

/** From the position, or the log's start where that is later, to the last stable offset. */
function unreadOffsets({ committedOffset = '0', logStartOffset, lastStableOffset }: PartitionRow): bigint {
  const taken = distance(committedOffset, logStartOffset)
  return distance(taken > 0n ? logStartOffset : committedOffset, lastStableOffset)
}

function some(count: string | undefined): count is string {
  return count !== undefined && count !== '0'
}
