/** The last word: what would happen if the process died now, and once it has ended, what is true of every offset. */
import type { WireRange } from '@tidemark/runtime/protocol'
import type { BatchSnapshot } from '../protocol.ts'
import { element, keyedChildren, setHidden, setText } from '../shared/dom.ts'
import { distance, formatCount } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'
import { visibleBlock, visibleName } from '../shared/visible.ts'

/** Ranges named in each column of the end report; the rest is counted. */
const rangesMax = 100

const columns = [
  { key: 'committed', sign: '✓', tone: 'ok' },
  { key: 'willBeRedone', sign: '↺', tone: 'warning' },
  { key: 'unknown', sign: '?', tone: 'bad' },
] as const

export function foot(): { readonly node: HTMLElement; update(snapshot: BatchSnapshot): void } {
  const sentence = element('span', 'foreign')
  const ifDied = element('p', 'if-died', element('b', '', strings.ifItDied), ' ', sentence)
  const lists = columns.map(column => ({
    ...column,
    ...rangeList(column.sign, column.tone, strings.ended[column.key]),
  }))
  const ended = element('div', 'ended', ...lists.map(list => list.node))
  const standstill = element('p', 'dim standstill')
  const node = element('footer', 'foot', ifDied, standstill, ended)
  return {
    node,
    update: snapshot => {
      const { ifItDied = '', ended: report, status } = snapshot
      const isOver = status.kind === 'ended' || status.kind === 'failed'
      const hasSentence = !isOver && ifItDied !== ''
      setHidden(ifDied, !hasSentence)
      setText(sentence, visibleBlock(ifItDied))
      setHidden(standstill, !hasSentence || snapshot.standstillMs === undefined)
      setText(standstill, strings.standstill(timeText(snapshot.standstillMs ?? 0)))
      setHidden(ended, report === undefined)
      for (const list of lists) list.update(report?.[list.key] ?? [])
      setHidden(node, !hasSentence && report === undefined)
    },
  }
}

function timeText(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  return seconds < 120 ? strings.seconds(formatCount(seconds)) : strings.minutes(formatCount(Math.floor(seconds / 60)))
}

function rangeList(
  sign: string,
  tone: string,
  title: string,
): {
  readonly node: HTMLElement
  update(ranges: readonly WireRange[]): void
} {
  const list = element('ul')
  const rest = element('p', 'dim')
  const node = element('section', '', element('h2', tone, `${sign} ${title}`), list, rest)
  const draw = keyedChildren<WireRange>(
    list,
    (range, index) => `${index} ${range.partition} ${range.topic}`,
    () => {
      const name = element('span', 'foreign')
      const offsets = element('code')
      const count = element('span', 'dim')
      return {
        node: element('li', '', name, ' ', offsets, ' ', count),
        update: range => {
          setText(name, `${visibleName(range.topic)}/${range.partition}`)
          setText(offsets, `${formatCount(range.fromOffset)} → ${formatCount(range.untilOffset)}`)
          setText(count, strings.offsets(formatCount(distance(range.fromOffset, range.untilOffset).toString())))
        },
      }
    },
  )
  return {
    node,
    update: ranges => {
      draw(ranges.slice(0, rangesMax))
      const hidden = ranges.length - rangesMax
      setText(
        rest,
        ranges.length === 0 ? strings.ended.none : hidden > 0 ? strings.moreRanges(formatCount(hidden)) : '',
      )
    },
  }
}
