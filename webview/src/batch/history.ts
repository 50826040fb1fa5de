/** The batches so far as a strip of bars: how long each took, what became of it. A click, or Enter, replays one. */
import { type ReplayMode, replayModes } from '@tidemark/runtime/protocol'
import type { BatchHistoryRow, BatchSnapshot, ViewMessage } from '../protocol.ts'
import { element, keyedChildren, setAttribute, setClass, setHidden, setStyle, setText } from '../shared/dom.ts'
import { type MenuItem, menuButton } from '../shared/menu.ts'
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

export function historyStrip(post: (message: ViewMessage) => void): {
  readonly node: HTMLElement
  update(snapshot: BatchSnapshot): void
} {
  const { bars, caption, hint, text } = stripElements()
  let rows: readonly BatchHistoryRow[] = []
  let canReplay = false
  let offers: BatchSnapshot['capabilities']
  /** Key of what the reader chose; `undefined`: the newest. */
  let chosenKey: string | undefined

  const chosenRow = (): BatchHistoryRow | undefined => rows.find(row => row.key === chosenKey) ?? rows.at(-1)
  const choose = (row: BatchHistoryRow | undefined): void => {
    chosenKey = row === rows.at(-1) ? undefined : row?.key
    redraw()
  }
  const replayChosen = (mode?: ReplayMode): void => {
    const row = chosenRow()
    if (row && canReplay && hasRun(row)) post({ type: 'replay', key: row.key, ...(mode ? { mode } : {}) })
  }
  const replay = menuButton(strings.replayBatch, mode => replayChosen(replayModes.find(each => each === mode)))
  const node = element('section', 'history', bars, text, replay.node)
  const slowestMs = (): number => Math.max(1, ...rows.map(({ tookMs }) => tookMs))
  const draw = keyedChildren<BatchHistoryRow>(
    bars,
    row => row.key,
    row => {
      const bar = historyBar(() => {
        choose(row)
        replayChosen()
      })
      return { node: bar.node, update: next => bar.update(next, next === chosenRow(), slowestMs()) }
    },
  )

  function redraw(): void {
    const row = chosenRow()
    draw(rows)
    setAttribute(bars, 'aria-activedescendant', row ? idOf(row) : undefined)
    setText(caption, row ? `${signs[row.outcome]} ${describe(row)}` : '')
    setClass(caption, row ? `caption ${toneOf(row)}` : 'caption')
    setText(hint, hintOf(rows, canReplay))
    replay.update(replayItems(offers), canReplay && row !== undefined && hasRun(row))
  }

  bars.addEventListener('keydown', event => {
    const current = chosenRow()
    const target = current && nextBar(event.key, rows.indexOf(current), rows.length)
    if (event.key === 'Enter' || event.key === ' ') replayChosen()
    else if (target === undefined) return
    else choose(rows[Math.max(0, Math.min(rows.length - 1, target))])
    event.preventDefault()
  })

  return {
    node,
    update: snapshot => {
      rows = snapshot.history.slice(-shownMax)
      offers = snapshot.capabilities
      canReplay = snapshot.status.kind === 'stopped' && replayItems(offers).some(({ isEnabled }) => isEnabled)
      setHidden(node, rows.length === 0)
      redraw()
    },
  }
}

function stripElements(): Readonly<Record<'bars' | 'caption' | 'hint' | 'text', HTMLElement>> {
  const bars = element('div', 'bars')
  bars.tabIndex = 0
  setAttribute(bars, 'role', 'listbox')
  setAttribute(bars, 'aria-orientation', 'horizontal')
  setAttribute(bars, 'aria-label', strings.history)
  const caption = element('span', 'caption')
  const hint = element('span', 'dim')
  return { bars, caption, hint, text: element('p', '', caption, hint) }
}

function replayItems(offers: BatchSnapshot['capabilities']): MenuItem[] {
  return replayModes.map(mode => {
    const offer = offers?.[replayOffers[mode]]
    return { id: mode, label: strings.replayWith[mode], note: offer?.note, isEnabled: offer?.isOffered === true }
  })
}

const replayOffers = {
  rolledBack: 'replayRolledBack',
  recorded: 'replayRecorded',
  written: 'replayWritten',
} as const

/** A batch that stands before its handler, or was cut, has nothing to run again. */
function hasRun({ outcome }: BatchHistoryRow): boolean {
  return outcome !== 'running' && outcome !== 'cut'
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
      setText(sign, row.fault ? '⚡' : row.outcome === 'committed' ? '' : signs[row.outcome])
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
  return `batch-${row.key}`
}

function hintOf(rows: readonly BatchHistoryRow[], canReplay: boolean): string {
  const first = rows[0]
  const last = rows.at(-1)
  if (!first || !last) return ''
  const hint = strings.historyHint(formatCount(first.sequence), formatCount(last.sequence))
  return canReplay ? ` · ${hint} · ${strings.clickReplays}` : ` · ${hint}`
}

function describe(row: BatchHistoryRow): string {
  const records = formatCount(row.recordCount)
  const took = formatMilliseconds(row.tookMs)
  const outcome = row.fault
    ? `${strings.outcome[row.outcome]}, ${strings.faultName[row.fault]}`
    : strings.outcome[row.outcome]
  return strings.historyOne(formatCount(row.sequence), records, took, outcome)
}

function toneOf(row: BatchHistoryRow): string {
  if (row.outcome === 'committed') return 'ok'
  if (row.outcome === 'running') return ''
  return row.outcome === 'rolledBack' || row.outcome === 'cut' ? 'warning' : 'bad'
}
