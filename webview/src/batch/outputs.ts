/** Everything the batch wrote where it can be seen, in the order of writing. */
import type { BatchState, WireOutput } from '@tidemark/runtime/protocol'
import { element, setClass, setHidden, setText } from '../shared/dom.ts'
import { gridCell, gridHeader } from '../shared/grid.ts'
import { formatCount } from '../shared/numbers.ts'
import { type RowView, virtualRows } from '../shared/rows.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'
import type { Pages } from './pages.ts'
import { factsOf } from './recordOutputs.ts'

const rowHeightPx = 26
const headerHeightPx = 28
const columns = ['index', 'target', 'values', 'record', 'facts'] as const

export function outputTable(source: Pages<WireOutput>): {
  readonly node: HTMLElement
  update(batch: BatchState, isOffered: boolean, note: string | undefined): void
} {
  const rows = virtualRows({
    role: 'grid',
    label: strings.outputsTitle,
    className: 'output-rows',
    rowHeightPx,
    header: { node: headerRow(), heightPx: headerHeightPx },
    keyOf: index => String(index),
    createRow: () => outputRow(source),
    onVisible: (from, until) => source.see(from, until),
  })
  const note = element('p', 'dim')
  const failure = element('p', 'bad foreign')
  const empty = element('p', 'dim')
  const node = element('section', 'outputs', note, failure, empty, rows.node)
  source.onChange(() => {
    rows.refresh()
    drawFailure()
  })

  function drawFailure(): void {
    const why = source.failure
    setText(failure, why === undefined ? '' : `▲ ${strings.outputsFailed(visibleName(why))}`)
    setHidden(failure, why === undefined)
  }

  return {
    node,
    update: (batch, isOffered, words) => {
      const count = batch.outputCount ?? 0
      source.open(`${batch.batchId} ${batch.attempt}`, count)
      setText(note, words ?? '')
      setHidden(note, !words)
      setText(empty, isOffered ? strings.noOutputs : strings.outputsNotSeen)
      setHidden(empty, count > 0 || (!isOffered && words !== undefined))
      setHidden(rows.node, count === 0)
      rows.setCount(count)
      drawFailure()
    },
  }
}

function headerRow(): HTMLElement {
  return gridHeader(
    columns.map(column => ({ content: strings.outputColumn[column], isNumber: column === 'index' })),
    'output-columns',
  )
}

function outputRow(source: Pages<WireOutput>): RowView {
  const number = gridCell('number dim')
  const target = gridCell('cut code foreign')
  const values = gridCell('cut code foreign')
  const record = gridCell('cut foreign')
  const facts = gridCell('cut')
  return {
    node: element('div', 'output-columns', number, target, values, record, facts),
    update: index => {
      const output = source.at(index)
      setText(number, formatCount(index + 1))
      setText(target, output ? visibleName(output.target) : strings.loadingRecord)
      setText(values, output ? output.values.map(visibleName).join(', ') : '')
      setText(record, output ? placeOf(output) : '')
      setText(facts, output ? factsOf(output) : '')
      setClass(facts, output?.error === undefined ? 'cut dim' : 'cut bad')
    },
  }
}

function placeOf({ record }: WireOutput): string {
  return record
    ? `${visibleName(record.topic)}/${record.partition} @ ${formatCount(record.offset)}`
    : strings.ofTheBatch
}
