/** Everything the batch wrote where it can be seen, in the order of writing. */
import type { BatchState, WireOutput } from '@tidemark/runtime/protocol'
import { element, setClass, setHidden, setText } from '../shared/dom.ts'
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
  const cells = columns.map(column => {
    const cell = element('span', column === 'index' ? 'number' : '', strings.outputColumn[column])
    cell.setAttribute('role', 'columnheader')
    return cell
  })
  const node = element('div', 'head output-columns dim', ...cells)
  node.setAttribute('role', 'row')
  node.setAttribute('aria-rowindex', '1')
  return node
}

function outputRow(source: Pages<WireOutput>): RowView {
  const cell = (className: string): HTMLElement => {
    const made = element('span', className)
    made.setAttribute('role', 'gridcell')
    return made
  }
  const number = cell('number dim')
  const target = cell('cut code foreign')
  const values = cell('cut code foreign')
  const record = cell('cut foreign')
  const facts = cell('cut')
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
