/** The partitions of a group: the tide gauge, the numbers behind it, and why the lag is what it is. */
import type { GroupDetail, PartitionRow } from '../protocol.ts'
import { textField } from '../shared/controls.ts'
import { element, setAttribute, setClass, setHidden, setStyle, setText } from '../shared/dom.ts'
import { causes, gaugeLegend, tideGauge } from '../shared/gauge.ts'
import { type GaugeScale, gaugeScale } from '../shared/gaugeScale.ts'
import { gridCell, gridHeader } from '../shared/grid.ts'
import { distance, formatCount, formatRate, secondsInUnits } from '../shared/numbers.ts'
import { type RowView, virtualRows } from '../shared/rows.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'

const rowHeightPx = 30
const headerHeightPx = 28
/** Room for a horizontal scroll bar, which a narrow panel needs. */
const scrollbarPx = 10
/** Up to here no filter is shown. */
const glanceRowsMax = 24

/** A topic's heading, or one of its partitions. */
type Line =
  | { readonly kind: 'topic'; readonly topic: string; readonly scale: () => GaugeScale }
  | { readonly kind: 'partition'; readonly row: PartitionRow; readonly scale: () => GaugeScale }

const columns = ['partition', 'log', 'committed', 'end', 'lag', 'why', 'rate', 'age', 'left', 'owner'] as const
const numberColumns = new Set<string>(['committed', 'end', 'lag', 'rate', 'age', 'left'])

export function partitionTable(): { readonly node: HTMLElement; update(group: GroupDetail): void } {
  let lines: readonly Line[] = []
  let all: readonly PartitionRow[] = []
  let filter = ''
  let hasMembers = true
  const rows = virtualRows({
    role: 'grid',
    label: strings.partitions,
    className: 'partition-rows',
    rowHeightPx,
    header: { node: headerRow(), heightPx: headerHeightPx },
    keyOf: index => keyOf(lines[index]),
    createRow: () =>
      lineRow(
        index => lines[index],
        () => hasMembers,
      ),
  })
  const count = element('span', 'dim')
  const field = textField(strings.filterPartitions, '', text => {
    filter = text.trim().toLowerCase()
    draw()
  })
  const empty = element('p', 'dim')
  const head = element('div', 'list-head', count, element('span', 'grow'), field)
  const node = element('section', 'partitions', head, empty, rows.node, gaugeLegend())
  node.setAttribute('aria-label', strings.partitions)

  function draw(): void {
    const shown = filter === '' ? all : all.filter(row => matches(row, filter))
    lines = linesOf(shown)
    setText(
      count,
      shown.length === all.length ? '' : strings.shownOf(formatCount(shown.length), formatCount(all.length)),
    )
    setHidden(head, all.length <= glanceRowsMax && filter === '')
    setHidden(empty, shown.length > 0)
    setHidden(rows.node, shown.length === 0)
    setText(empty, all.length === 0 ? strings.noPartitions : strings.noPartitionMatches)
    setStyle(node, '--digits', `${widestNumber(shown)}ch`)
    setStyle(node, '--wanted', `${lines.length * rowHeightPx + headerHeightPx + scrollbarPx}px`)
    rows.setCount(lines.length)
  }

  return {
    node,
    update: group => {
      all = group.partitions
      hasMembers = group.members !== undefined
      draw()
    },
  }
}

/** Topics keep the order in which they come; each has its own scale, counted when one of its rows comes into sight. */
function linesOf(rows: readonly PartitionRow[]): Line[] {
  const byTopic = new Map<string, PartitionRow[]>()
  for (const row of rows) {
    const known = byTopic.get(row.topic)
    if (known) known.push(row)
    else byTopic.set(row.topic, [row])
  }
  return [...byTopic].flatMap(([topic, partitions]) => {
    const scale = once(() => gaugeScale(partitions))
    const heading: Line = { kind: 'topic', topic, scale }
    return [heading, ...partitions.map((row): Line => ({ kind: 'partition', row, scale }))]
  })
}

function once<Value>(compute: () => Value): () => Value {
  let value: { readonly of: Value } | undefined
  return () => {
    value ??= { of: compute() }
    return value.of
  }
}

function headerRow(): HTMLElement {
  return gridHeader(
    columns.map(column => ({
      content:
        column === 'log'
          ? [element('span', 'where-wide', strings.column.log), element('b', '', strings.column.tidemark)]
          : strings.column[column],
      isNumber: numberColumns.has(column),
    })),
    'columns',
  )
}

/** One element draws either kind, since a key tells them apart and never changes its kind. */
function lineRow(lineAt: (index: number) => Line | undefined, hasMembers: () => boolean): RowView {
  const node = element('div')
  let draw: ((line: Line) => void) | undefined
  return {
    node,
    update: index => {
      const line = lineAt(index)
      if (!line) return
      draw ??= line.kind === 'topic' ? topicCells(node) : partitionCells(node, hasMembers)
      draw(line)
    },
  }
}

function topicCells(node: HTMLElement): (line: Line) => void {
  const name = element('b', 'cut foreign')
  const facts = element('span', 'dim')
  const cell = element('div', 'topic-cell', name, facts)
  cell.setAttribute('role', 'gridcell')
  cell.setAttribute('aria-colspan', String(columns.length))
  node.classList.add('topic-line')
  node.append(cell)
  return line => {
    if (line.kind !== 'topic') return
    setText(name, visibleName(line.topic))
    setText(facts, strings.tickIs(formatCount(line.scale().tick.toString())))
  }
}

/** @param hasMembers - a pipeline that keeps its own offsets has none that Kafka could name: that is not "nobody". */
function partitionCells(node: HTMLElement, hasMembers: () => boolean): (line: Line) => void {
  const gauge = tideGauge()
  const cell = (className: string, ...children: Node[]): HTMLElement => {
    const made = gridCell(className, ...children)
    node.append(made)
    return made
  }
  node.classList.add('columns')
  const partition = cell('')
  cell('log', gauge.node)
  const committed = cell('number')
  const end = cell('number')
  const lag = cell('number')
  const status = element('span')
  const whyText = element('span')
  const why = cell('cut', status, whyText)
  const rate = cell('number')
  const age = timeSpan(cell('number'))
  const left = timeSpan(cell('number'))
  const owner = cell('cut dim foreign')
  return line => {
    if (line.kind !== 'partition') return
    const { row } = line
    const words = row.why === '' ? causes(row) : visibleName(row.why)
    setText(partition, String(row.partition))
    gauge.update(row, line.scale())
    setText(committed, row.committedOffset === undefined ? strings.never : formatCount(row.committedOffset))
    setClass(committed, row.committedOffset === undefined ? 'number dim' : 'number')
    const isLogKnown = row.lag.state !== 'unknown'
    setText(end, isLogKnown ? formatCount(row.logEndOffset) : '–')
    setText(
      lag,
      row.committedOffset === undefined || !isLogKnown
        ? '–'
        : formatCount(distance(row.committedOffset, row.logEndOffset).toString()),
    )
    const word = row.status === '' ? strings.stateWord[row.lag.state] : visibleName(row.status)
    setText(status, `${statusSigns[row.tone]} ${word}`)
    setClass(status, row.tone)
    setText(whyText, words === '' ? '' : ` · ${words}`)
    setAttribute(why, 'title', `${word} · ${words}`)
    setText(rate, row.recordsPerSecond === undefined ? '–' : formatRate(row.recordsPerSecond))
    age(row.secondsBehind)
    left(row.secondsLeft)
    const nobody = hasMembers() ? strings.nobody : '–'
    setText(owner, row.owner === undefined ? nobody : visibleName(row.owner))
    setAttribute(owner, 'title', owner.textContent ?? '')
  }
}

/** Where it is narrow only the larger unit is seen; the whole stands in the title. */
function timeSpan(cell: HTMLElement): (seconds: PartitionRow['secondsLeft']) => void {
  const large = element('span')
  const small = element('span', 'small-unit')
  cell.append(large, small)
  return seconds => {
    const [first, second] = spanText(seconds)
    setText(large, first)
    setText(small, second === undefined ? '' : ` ${second}`)
    setAttribute(cell, 'title', seconds === 'never' ? strings.notAtThisRateLong : second && `${first} ${second}`)
  }
}

function spanText(seconds: PartitionRow['secondsLeft']): [string, string?] {
  if (seconds === undefined) return ['–']
  return seconds === 'never' ? [strings.notAtThisRate] : secondsInUnits(seconds)
}

const statusSigns = { ok: '●', warning: '◐', bad: '▲', dim: '○' } as const

function keyOf(line: Line | undefined): string {
  if (!line) return ''
  return line.kind === 'topic' ? `topic ${line.topic}` : `${line.row.partition} ${line.row.topic}`
}

function matches(row: PartitionRow, text: string): boolean {
  return (
    row.topic.toLowerCase().includes(text) ||
    String(row.partition) === text ||
    (row.owner?.toLowerCase().includes(text) ?? false) ||
    row.status.toLowerCase().includes(text)
  )
}

/** Characters of the longest offset with its separators, so that the number columns of all rows stand under each other. */
function widestNumber(rows: readonly PartitionRow[]): number {
  let digits = 0
  for (const row of rows) digits = Math.max(digits, row.logEndOffset.length, row.committedOffset?.length ?? 0)
  return Math.max(9, Math.min(digits + Math.floor(digits / 3), 27))
}
