/** The records of the batch, however many; the chosen one is shown whole beside them. */
import type { BatchState, WireRecord } from '@tidemark/runtime/protocol'
import type { Clock } from '../shared/clock.ts'
import { element, setClass, setHidden, setStyle, setText } from '../shared/dom.ts'
import { gridCell, gridHeader } from '../shared/grid.ts'
import { formatCount, formatTimestamp } from '../shared/numbers.ts'
import { type RowView, rowsMax, virtualRows } from '../shared/rows.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'
import type { Pages } from './pages.ts'
import type { RecordOutputs } from './recordOutputs.ts'
import { recordPane } from './recordPane.ts'

const rowHeightPx = 26
const headerHeightPx = 28
const columns = ['place', 'offset', 'time', 'key', 'value', 'outputs', 'state'] as const
const numberColumns: readonly string[] = ['offset', 'outputs']

export function recordTable(
  source: Pages<WireRecord>,
  outputs: RecordOutputs,
  clock: Clock,
): { readonly node: HTMLElement; update(batch: BatchState): void } {
  let state = { text: '', tone: '' }
  let chosen: number | undefined
  let shown = { batchId: '', cause: '' }
  const pane = recordPane(clock, outputs, () => choose(undefined))
  const rows = virtualRows({
    role: 'grid',
    label: strings.recordsTitle,
    className: 'record-rows',
    rowHeightPx,
    header: { node: headerRow(), heightPx: headerHeightPx },
    keyOf: index => String(index),
    createRow: () => recordRow(source, clock, () => state),
    onActivate: index => choose(index === chosen ? undefined : index),
    onVisible: (from, until) => source.see(from, until),
  })
  const failure = element('p', 'bad foreign')
  const empty = element('p', 'dim', strings.noRecords)
  const body = element('div', 'record-body', rows.node, pane.node)
  const node = element('section', 'records', failure, empty, body)
  source.onChange(() => {
    rows.refresh()
    drawPane()
    drawFailure(failure, source.failure)
  })

  function choose(index: number | undefined): void {
    chosen = index
    rows.choose(index)
    drawPane()
  }

  function drawPane(): void {
    pane.update(chosen === undefined ? undefined : source.at(chosen), shown.batchId)
  }

  /** The record that the pipeline was run to, or that was in hand when the handler threw. */
  function showCause(batch: BatchState): void {
    const cause = causeOf(batch)
    if (cause === shown.cause) return
    shown = { ...shown, cause }
    const index = batch.stopCause?.index
    if (index === undefined) return
    choose(index)
    rows.scrollTo(index)
  }

  return {
    node,
    update: batch => {
      source.open(`${batch.batchId} ${batch.outputCount ?? ''}`, batch.recordCount)
      if (batch.batchId !== shown.batchId) {
        shown = { ...shown, batchId: batch.batchId }
        choose(undefined)
        rows.scrollTo(0)
      }
      state = stateOf(batch)
      for (const part of [empty, body]) setHidden(part, (part === empty) === batch.recordCount > 0)
      setStyle(node, '--digits', `${widestOffset(batch)}ch`)
      rows.setCount(batch.recordCount)
      showCause(batch)
      drawPane()
      drawFailure(failure, source.failure)
    },
  }
}

function drawFailure(target: HTMLElement, why: string | undefined): void {
  setText(target, why === undefined ? '' : `▲ ${strings.recordsFailed(visibleName(why))}`)
  setHidden(target, why === undefined)
}

/** Each stop has a name of its own, so that a reader who has moved on is not brought back by the next snapshot. */
function causeOf({ batchId, attempt, phase, stopCause }: BatchState): string {
  return stopCause?.index === undefined ? '' : `${batchId} ${attempt} ${phase} ${stopCause.index}`
}

/** As the tab says it. */
export function recordCountOf({ recordCount }: BatchState): string {
  return recordCount > rowsMax
    ? strings.firstOf(formatCount(rowsMax), formatCount(recordCount))
    : formatCount(recordCount)
}

/** Characters of the longest offset with its separators: the column is as wide in every row. */
function widestOffset({ ranges }: BatchState): number {
  const digits = ranges.reduce((most, range) => Math.max(most, range.untilOffset.length), 0)
  return Math.max(9, Math.min(digits + Math.floor(digits / 3), 27))
}

function headerRow(): HTMLElement {
  return gridHeader(
    columns.map(column => ({ content: strings.recordColumn[column], isNumber: numberColumns.includes(column) })),
    'record-columns',
  )
}

function recordRow(source: Pages<WireRecord>, clock: Clock, state: () => { text: string; tone: string }): RowView {
  const place = gridCell('cut foreign')
  const offset = gridCell('number')
  const time = gridCell('dim')
  const key = gridCell('')
  const value = gridCell('')
  const outputs = gridCell('number')
  const status = gridCell('cut')
  const node = element('div', 'record-columns', place, offset, time, key, value, outputs, status)
  return {
    node,
    update: index => {
      const record = source.at(index)
      if (!record) return drawLoading(index)
      setText(place, `${visibleName(record.topic)}/${record.partition}`)
      setText(offset, formatCount(record.offset))
      setText(time, formatTimestamp(record.timestampMs, clock.nowMs()))
      drawText(key, record.key, strings.nullKey)
      drawText(value, record.value, strings.nullValue)
      setText(outputs, record.outputCount === undefined ? '' : formatCount(record.outputCount))
      const { text, tone } = state()
      setText(status, text)
      setClass(status, `cut ${tone}`)
    },
  }

  function drawLoading(index: number): void {
    setText(place, '')
    setText(offset, `# ${formatCount(index + 1)}`)
    setText(time, '')
    setText(key, '')
    setText(value, strings.loadingRecord)
    setClass(value, 'cut dim')
    setText(outputs, '')
    setText(status, '')
  }
}

/** Null, empty and text differ in words and in type, so that a record that says "null" is not taken for one. */
function drawText(cell: HTMLElement, text: WireRecord['key'], nullWord: string): void {
  setText(cell, text === null ? nullWord : text === '' ? strings.emptyText : visibleName(text))
  setClass(cell, text === null || text === '' ? 'cut dim said' : 'cut code foreign')
}

function stateOf(batch: BatchState): { text: string; tone: string } {
  if (batch.outcome === 'committed') return { text: `✓ ${strings.recordState.committed}`, tone: 'ok' }
  if (batch.outcome !== undefined) return { text: `▲ ${strings.recordFailed}`, tone: 'bad' }
  return { text: strings.recordState[batch.phase], tone: batch.phase === 'fetched' ? 'dim' : '' }
}
