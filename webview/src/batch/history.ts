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
  let chosen: string | undefined
  let slowestMs = 1

  const draw = keyedChildren<BatchHistoryRow>(
    bars,
    row => `${row.sequence} ${row.batchId}`,
    row => {
      const bar = element('span', 'bar-fill')
      const mark = element('span', 'bar-sign')
      const item = element('div', 'history-bar', mark, bar)
      item.setAttribute('role', 'option')
      item.addEventListener('click', () => choose(row))
      return { node: item, update: next => drawBar(item, bar, mark, next) }
    },
  )

  function drawBar(item: HTMLElement, bar: HTMLElement, mark: HTMLElement, row: BatchHistoryRow): void {
    const isChosen = row.batchId === chosenRow()?.batchId
    const text = describe(row)
    setStyle(bar, 'height', `${Math.max(heightMinShare, row.tookMs / slowestMs) * 100}%`)
    setText(mark, row.outcome === 'committed' ? '' : signs[row.outcome])
    setClass(item, `history-bar ${row.outcome}`)
    setAttribute(item, 'id', `batch-${row.sequence}`)
    setAttribute(item, 'aria-selected', String(isChosen))
    setAttribute(item, 'aria-label', text)
    setAttribute(item, 'title', text)
    if (isChosen) setAttribute(bars, 'aria-activedescendant', item.id)
  }

  function chosenRow(): BatchHistoryRow | undefined {
    return rows.find(row => row.batchId === chosen) ?? rows.at(-1)
  }

  function choose(row: BatchHistoryRow | undefined): void {
    chosen = row === rows.at(-1) ? undefined : row?.batchId
    redraw()
  }

  function redraw(): void {
    const row = chosenRow()
    slowestMs = Math.max(1, ...rows.map(({ tookMs }) => tookMs))
    draw(rows)
    setText(caption, row ? `${signs[row.outcome]} ${describe(row)}` : '')
    setClass(caption, row ? `caption ${toneOf(row)}` : 'caption')
    const first = rows[0]
    const last = rows.at(-1)
    setText(
      hint,
      first && last ? ` · ${strings.historyHint(formatCount(first.sequence), formatCount(last.sequence))}` : '',
    )
  }

  bars.addEventListener('keydown', event => {
    const current = chosenRow()
    const at = current ? rows.indexOf(current) : 0
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: rows.length - 1,
    }
    const target = moves[event.key]
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
