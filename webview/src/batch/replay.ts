/** A replay beside what was written before: two columns, line by line. */
import type { DifferenceRow, ReplayView } from '../protocol.ts'
import { element, setClass, setHidden, setText } from '../shared/dom.ts'
import { gridCell } from '../shared/grid.ts'
import { formatCount, formatMilliseconds } from '../shared/numbers.ts'
import { type RowView, virtualRows } from '../shared/rows.ts'
import { strings } from '../shared/strings.ts'
import { visibleBlock, visibleName } from '../shared/visible.ts'

const rowHeightPx = 26
const headerHeightPx = 28

type Kind = Exclude<DifferenceRow['kind'], 'skipped'>

/** A difference has a sign beside its colour, as in every diff. */
const signs: Readonly<Record<Kind, { readonly sign: string; readonly tone: string }>> = {
  same: { sign: ' ', tone: 'dim' },
  changed: { sign: '≠', tone: 'warning' },
  onlyBefore: { sign: '−', tone: 'bad' },
  onlyNow: { sign: '+', tone: 'ok' },
}

export function replayTable(): { readonly node: HTMLElement; update(view: ReplayView): void } {
  let rows: readonly DifferenceRow[] = []
  const before = columnHeader('code')
  const now = columnHeader('code')
  const header = element(
    'div',
    'head replay-columns dim',
    columnHeader(''),
    columnHeader('record'),
    columnHeader('target'),
    before,
    now,
  )
  header.setAttribute('role', 'row')
  header.setAttribute('aria-rowindex', '1')
  const list = virtualRows({
    role: 'grid',
    label: strings.differences,
    className: 'replay-rows',
    rowHeightPx,
    header: { node: header, heightPx: headerHeightPx },
    keyOf: index => String(index),
    createRow: () => differenceRow(index => rows[index]),
  })
  const summary = element('p', 'summary')
  const error = element('p', 'bad foreign replay-error')
  const node = element('section', 'replay', summary, error, list.node)
  return {
    node,
    update: view => {
      setText(summary, summaryOf(view))
      setText(error, view.error === undefined ? '' : `▲ ${visibleBlock(view.error)}`)
      setHidden(error, view.error === undefined)
      setText(before, view.comparedWith === 'replay' ? strings.beforeReplay : strings.before)
      setText(now, view.isNewCode ? strings.nowNewCode : strings.nowSameCode)
      setHidden(list.node, view.stage !== 'done' || view.rows.length === 0)
      rows = view.rows
      list.setCount(rows.length)
    },
  }
}

/** What stands on the tab beside its name. */
export function replayCount({ stage, counts, sequence }: ReplayView): string {
  const batch = strings.batchNumber(formatCount(sequence))
  if (stage !== 'done') return `${batch}: ${strings.replayStage[stage]}`
  const different = counts.changed + counts.onlyBefore + counts.onlyNow
  return `${batch}: ${different === 0 ? strings.noDifference : strings.differencesFound(formatCount(different))}`
}

function summaryOf(view: ReplayView): string {
  const { stage, mode, counts, durationMs, recordCount, gone, comparedWith, isComplete } = view
  if (stage !== 'done') return strings.replayStage[stage]
  const facts = [
    strings.replayed(formatCount(recordCount), formatMilliseconds(durationMs)),
    strings.replayMode[mode],
    comparedWith === 'none' ? strings.nothingToCompare : strings.compared(countsText(counts)),
    gone.length > 0 ? `▲ ${strings.replayGone}` : undefined,
    isComplete ? undefined : strings.differencesCut,
  ]
  return facts.filter(Boolean).join(' · ')
}

function countsText(counts: ReplayView['counts']): string {
  return (['same', 'changed', 'onlyBefore', 'onlyNow'] as const)
    .filter(kind => counts[kind] > 0 || kind === 'same')
    .map(kind => strings.difference[kind](formatCount(counts[kind])))
    .join(', ')
}

function columnHeader(name: '' | 'record' | 'target' | 'code'): HTMLElement {
  const cell = element('span', 'cut', name === 'record' || name === 'target' ? strings.outputColumn[name] : '')
  cell.setAttribute('role', 'columnheader')
  if (name === '') cell.append('±')
  return cell
}

function differenceRow(find: (index: number) => DifferenceRow | undefined): RowView {
  const sign = gridCell('')
  const record = gridCell('cut foreign')
  const target = gridCell('cut code foreign dim')
  const before = gridCell('cut code foreign')
  const now = gridCell('cut code foreign')
  const node = element('div', 'replay-columns', sign, record, target, before, now)
  return {
    node,
    update: index => {
      const row = find(index)
      if (!row) return
      if (row.kind === 'skipped') return drawSkipped(row.count)
      const look = signs[row.kind]
      setText(sign, look.sign)
      setClass(sign, look.tone)
      sign.setAttribute('aria-label', strings.difference[row.kind]('1'))
      setText(
        record,
        row.record
          ? `${visibleName(row.record.topic)}/${row.record.partition} @ ${formatCount(row.record.offset)}`
          : '',
      )
      setText(target, visibleName(row.target ?? ''))
      target.title = row.target ?? ''
      setText(before, visibleName(row.before ?? ''))
      setText(now, visibleName(row.now ?? ''))
      setClass(before, `cut code foreign ${row.kind === 'same' ? 'dim' : 'was'}`)
      setClass(now, `cut code foreign ${row.kind === 'same' ? 'dim' : 'is'}`)
      before.title = row.before ?? ''
      now.title = row.now ?? ''
    },
  }

  function drawSkipped(count: number): void {
    setText(sign, '⋮')
    setClass(sign, 'dim')
    setText(record, '')
    setText(target, '')
    setText(before, strings.equalOutputs(formatCount(count)))
    setClass(before, 'cut dim said')
    setText(now, '')
  }
}
