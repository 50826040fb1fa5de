/** What the batch covers: one card per partition, sized on one scale. */
import { type BatchState, batchPhases, type WireRange } from '@tidemark/runtime/protocol'
import { element, keyedChildren, setClass, setHidden, setStyle, setText } from '../shared/dom.ts'
import { distance, formatCount } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'

/** More are counted, not drawn. */
const cardsMax = 240

export function rangeCards(): { readonly node: HTMLElement; update(batch: BatchState): void } {
  const cards = element('div', 'cards')
  const more = element('p', 'dim')
  const summary = element('span', 'dim')
  const head = element('div', 'list-head', element('h2', '', strings.ranges), summary)
  const node = element('section', 'ranges', head, cards, more)
  cards.tabIndex = 0
  cards.setAttribute('role', 'group')
  cards.setAttribute('aria-label', strings.ranges)
  let longest = 1n
  let look = ''

  const draw = keyedChildren<WireRange>(
    cards,
    range => `${range.partition} ${range.topic}`,
    () => {
      const name = element('b', 'cut foreign')
      const offsets = element('code')
      const fill = element('i')
      const count = element('span', 'dim')
      const card = element(
        'div',
        'card',
        element('div', 'card-head', name, offsets),
        element('div', 'meter', fill),
        count,
      )
      return {
        node: card,
        update: range => {
          const length = distance(range.fromOffset, range.untilOffset)
          setText(name, `${visibleName(range.topic)}/${range.partition}`)
          setText(offsets, `${formatCount(range.fromOffset)} → ${formatCount(range.untilOffset)}`)
          setText(count, length === 0n ? strings.nothingInRange : strings.offsets(formatCount(length.toString())))
          setClass(fill, look)
          setStyle(fill, 'width', `${Number((length * 1_000n) / longest) / 10}%`)
        },
      }
    },
  )

  return {
    node,
    update: batch => {
      const lengths = batch.ranges.map(range => distance(range.fromOffset, range.untilOffset))
      const total = lengths.reduce((sum, length) => sum + length, 0n)
      longest = longestOf(lengths)
      look = lookOf(batch)
      draw(batch.ranges.slice(0, cardsMax))
      setText(summary, summaryOf(batch, total))
      const hidden = batch.ranges.length - cardsMax
      setHidden(more, hidden <= 0)
      setText(more, hidden > 0 ? strings.moreRanges(formatCount(hidden)) : '')
    },
  }
}

function longestOf(lengths: readonly bigint[]): bigint {
  let longest = 1n
  for (const length of lengths) if (length > longest) longest = length
  return longest
}

function summaryOf(batch: BatchState, offsetCount: bigint): string {
  const without = offsetCount - BigInt(batch.recordCount)
  const records = formatCount(batch.recordCount)
  return without > 0n ? strings.withoutRecords(records, formatCount(without.toString())) : strings.records(records)
}

function lookOf(batch: BatchState): string {
  if (batch.outcome === 'committed') return 'committed'
  if (batch.outcome !== undefined) return 'failed'
  return batchPhases.indexOf(batch.phase) >= batchPhases.indexOf('saved') ? 'saved' : batch.phase
}
