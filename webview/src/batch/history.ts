/** The batches so far as a strip of bars: how long each took, what became of it. */
import type { BatchHistoryRow, BatchSnapshot } from '../protocol.ts'
import { element, keyedChildren, setAttribute, setClass, setHidden, setStyle, setText } from '../shared/dom.ts'
import { formatCount, formatMilliseconds } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'

/** As many as fit a narrow panel; older ones leave the strip. */
const shownMax = 60
const heightMinShare = 0.14

const signs: Readonly<Record<BatchHistoryRow['outcome'], string>> = {
  committed: '✓',
  failed: '▲',
  fenced: '⊘',
  rolledBack: '↺',
  cut: '✂',
  running: '▶',
}

export function historyStrip(): { readonly node: HTMLElement; update(snapshot: BatchSnapshot): void } {
  const bars = element('div', 'bars')
  const caption = element('span', 'caption')
  const hint = element('span', 'dim')
  const node = element('section', 'history', bars, element('p', '', caption, hint))
  bars.tabIndex = 0
  setAttribute(bars, 'role', 'listbox')
  setAttribute(bars, 'aria-orientation', 'horizontal')
  setAttribute(bars, 'aria-label', strings.history)
  let rows: readonly BatchHistoryRow[] = []
  /** What the reader chose; `undefined`: the newest. */
  let chosenId: string | undefined

  const chosenRow = (): BatchHistoryRow | undefined => rows.find(row => row.batchId === chosenId) ?? rows.at(-1)
  const choose = (row: BatchHistoryRow | undefined): void => {
    chosenId = row === rows.at(-1) ? undefined : row?.batchId
    redraw()
  }
  const slowestMs = (): number => Math.max(1, ...rows.map(({ tookMs }) => tookMs))
  const draw = keyedChildren<BatchHistoryRow>(
    bars,
    row => `${row.sequence} ${row.batchId}`,
    row => {
      const bar = historyBar(() => choose(row))
      return { node: bar.node, update: next => bar.update(next, next === chosenRow(), slowestMs()) }
    },
  )

  function redraw(): void {
    const row = chosenRow()
    draw(rows)
    setAttribute(bars, 'aria-activedescendant', row ? idOf(row) : undefined)
    setText(caption, row ? `${signs[row.outcome]} ${describe(row)}` : '')
    setClass(caption, row ? `caption ${toneOf(row)}` : 'caption')
    setText(hint, hintOf(rows))
  }

  bars.addEventListener('keydown', event => {
    const current = chosenRow()
    const target = current && nextBar(event.key, rows.indexOf(current), rows.length)
    if (target === undefined) return
    event.preventDefault()
    choose(rows[Math.max(0, Math.min(rows.length - 1, target))])
  })

  return {
    node,
    update: snapshot => {
      rows = snapshot.history.slice(-shownMax)
      setHidden(node, rows.length === 0)
      redraw()
    },
  }
}

function historyBar(onClick: () => void): {
  readonly node: HTMLElement
  update(row: BatchHistoryRow, isChosen: boolean, slowestMs: number): void
} {
  const fill = element('span', 'bar-fill')
  const sign = element('span', 'bar-sign')
  const node = element('div', 'history-bar', sign, fill)
  node.setAttribute('role', 'option')
  node.addEventListener('click', onClick)
  return {
    node,
    update: (row, isChosen, slowestMs) => {
      const text = describe(row)
      setStyle(fill, 'height', `${Math.max(heightMinShare, row.tookMs / slowestMs) * 100}%`)
      setText(sign, row.outcome === 'committed' ? '' : signs[row.outcome])
      setClass(node, `history-bar ${row.outcome}`)
      setAttribute(node, 'id', idOf(row))
      setAttribute(node, 'aria-selected', String(isChosen))
      setAttribute(node, 'aria-label', text)
      setAttribute(node, 'title', text)
    },
  }
}

function nextBar(key: string, at: number, count: number): number | undefined {
  const moves: Readonly<Record<string, number>> = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: count - 1 }
  return moves[key]
}

function idOf(row: BatchHistoryRow): string {
  return `batch-${row.sequence}`
}

function hintOf(rows: readonly BatchHistoryRow[]): string {
  const first = rows[0]
  const last = rows.at(-1)
  if (!first || !last) return ''
  return ` · ${strings.historyHint(formatCount(first.sequence), formatCount(last.sequence))}`
}

function describe(row: BatchHistoryRow): string {
  const records = formatCount(row.recordCount)
  const took = formatMilliseconds(row.tookMs)
  return strings.historyOne(formatCount(row.sequence), records, took, strings.outcome[row.outcome])
}

function toneOf(row: BatchHistoryRow): string {
  if (row.outcome === 'committed') return 'ok'
  if (row.outcome === 'running') return ''
  return row.outcome === 'rolledBack' ? 'warning' : 'bad'
}
