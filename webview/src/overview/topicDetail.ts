/** One topic: where its logs begin and end, who leads them, how it is configured, who reads it. */
import type {
  OverviewSnapshot,
  TopicDetail,
  TopicPartitionRow,
  TopicReader,
  TopicSetting,
  ViewMessage,
} from '../protocol.ts'
import { element, keyedChildren, setAttribute, setClass, setHidden, setStyle, setText } from '../shared/dom.ts'
import { gridCell, gridHeader } from '../shared/grid.ts'
import { distance, formatCount } from '../shared/numbers.ts'
import { type Rows, type RowView, virtualRows } from '../shared/rows.ts'
import { strings } from '../shared/strings.ts'
import { tabs } from '../shared/tabs.ts'
import { visibleName } from '../shared/visible.ts'
import { createChip } from './chips.ts'

const rowHeightPx = 28
const headerHeightPx = 28
const partitionColumns = ['partition', 'start', 'stable', 'end', 'offsets', 'open', 'leader', 'inSync'] as const
const numbers = new Set<string>(['partition', 'start', 'stable', 'end', 'offsets', 'open'])
const settingColumns = ['setting', 'value', 'setBy'] as const

export function topicDetail(post: (message: ViewMessage) => void): {
  readonly node: HTMLElement
  update(snapshot: OverviewSnapshot): void
} {
  const name = element('h1', 'name foreign')
  const chips = element('div', 'chips')
  const drawChips = keyedChildren(
    chips,
    (chip: TopicDetail['chips'][number], index) => `${index} ${chip.text}`,
    createChip,
  )
  const readers = element('div', 'readers')
  const drawReaders = keyedChildren(
    readers,
    (reader: TopicReader) => reader.key,
    reader => createReader(reader, key => post({ type: 'selectGroup', groupId: key })),
  )
  let partitions: readonly TopicPartitionRow[] = []
  let settings: readonly TopicSetting[] = []
  const partitionRows = list(
    strings.partitions,
    'topic-columns',
    partitionColumns,
    index => `${partitions[index]?.partition}`,
    () => partitionRow(index => partitions[index]),
  )
  const settingRows = list(
    strings.settings,
    'setting-columns',
    settingColumns,
    index => settings[index]?.name ?? '',
    () => settingRow(index => settings[index]),
  )
  const untold = element('p', 'dim', strings.settingsUntold)
  const strip = tabs(strings.topicParts, [
    { id: 'partitions', label: strings.partitions, page: partitionRows.page },
    { id: 'settings', label: strings.settings, page: element('div', 'table-page', untold, settingRows.page) },
  ])
  const readBy = element('h2', '', strings.readBy)
  const node = element(
    'div',
    'shown-group',
    element('div', 'detail-head', element('div', 'grow', name, chips)),
    element('div', '', readBy, readers),
    strip.node,
  )

  return {
    node,
    update: ({ selectedTopic }) => {
      setHidden(node, selectedTopic === undefined)
      if (!selectedTopic) return
      setText(name, visibleName(selectedTopic.topic))
      drawChips(selectedTopic.chips)
      drawReaders(selectedTopic.readers)
      setText(readBy, selectedTopic.readers.length === 0 ? strings.readByNobody : strings.readBy)
      partitions = selectedTopic.partitions
      settings = selectedTopic.settings ?? []
      setStyle(node, '--digits', `${widest(partitions)}ch`)
      partitionRows.setCount(partitions.length)
      settingRows.setCount(settings.length)
      setHidden(untold, selectedTopic.settings !== undefined)
      strip.setTab('partitions', { count: formatCount(partitions.length), isHidden: false })
      strip.setTab('settings', { count: settings.length === 0 ? '' : formatCount(settings.length), isHidden: false })
    },
  }
}

function list(
  label: string,
  className: string,
  columns: readonly (keyof typeof strings.topicColumn)[],
  keyOf: (index: number) => string,
  createRow: () => RowView,
): { readonly page: HTMLElement; setCount: Rows['setCount'] } {
  const header = gridHeader(
    columns.map(column => ({ content: strings.topicColumn[column], isNumber: numbers.has(column) })),
    className,
  )
  const rows = virtualRows({
    role: 'grid',
    label,
    className: `${className}-rows`,
    rowHeightPx,
    header: { node: header, heightPx: headerHeightPx },
    keyOf,
    createRow,
  })
  const page = element('section', 'table-page', rows.node)
  return {
    page,
    setCount: count => {
      setStyle(page, '--wanted', `${count * rowHeightPx + headerHeightPx + 10}px`)
      rows.setCount(count)
    },
  }
}

function partitionRow(rowAt: (index: number) => TopicPartitionRow | undefined): RowView {
  const cells = partitionColumns.map(column => gridCell(numbers.has(column) ? 'number' : 'cut'))
  return {
    node: element('div', 'topic-columns', ...cells),
    update: index => {
      const row = rowAt(index)
      if (!row) return
      const { logStartOffset: start, lastStableOffset: stable, logEndOffset: end, leader, replicas, isr } = row
      const offsets = start === undefined || end === undefined ? undefined : distance(start, end).toString()
      const open = stable === undefined || end === undefined ? undefined : distance(stable, end).toString()
      const texts = [
        formatCount(row.partition),
        ...[start, stable, end, offsets, open].map(value => (value === undefined ? '–' : formatCount(value))),
        leader === undefined ? `▲ ${strings.noLeader}` : strings.leaderIs(String(leader)),
        inSync(replicas, isr),
      ]
      cells.forEach((cell, at) => {
        setText(cell, texts[at] ?? '')
      })
      const [leaderCell, syncCell] = cells.slice(-2)
      if (leaderCell) setClass(leaderCell, leader === undefined ? 'cut bad' : 'cut')
      if (syncCell) setClass(syncCell, isr.length < replicas.length ? 'cut warning' : 'cut')
    },
  }
}

/** `● 3 of 3: 1, 2, 3`, or who is missing. */
function inSync(replicas: readonly number[], isr: readonly number[]): string {
  const missing = replicas.filter(replica => !isr.includes(replica))
  const count = strings.shownOf(String(isr.length), String(replicas.length))
  return missing.length === 0
    ? `● ${count}: ${replicas.join(', ')}`
    : `◐ ${count}: ${strings.outOfSync(missing.join(', '))}`
}

function settingRow(rowAt: (index: number) => TopicSetting | undefined): RowView {
  const name = gridCell('cut foreign')
  const value = gridCell('cut code foreign')
  const by = gridCell('cut dim')
  return {
    node: element('div', 'setting-columns', name, value, by),
    update: index => {
      const row = rowAt(index)
      if (!row) return
      setText(name, visibleName(row.name))
      setClass(name, row.source === 'topic' ? 'cut foreign set' : 'cut foreign')
      const isSaid = row.value === undefined || row.value === ''
      setText(
        value,
        row.value === undefined ? strings.secret : row.value === '' ? strings.emptyText : visibleName(row.value),
      )
      setClass(value, isSaid ? 'cut dim said' : 'cut code foreign')
      setText(by, strings.settingSource[row.source])
      for (const each of [name, value]) setAttribute(each, 'title', each.textContent ?? '')
    },
  }
}

function createReader(
  { key }: TopicReader,
  onPress: (key: string) => void,
): { node: HTMLElement; update: (reader: TopicReader) => void } {
  const node = element('button', 'tag reader foreign')
  node.type = 'button'
  node.addEventListener('click', () => onPress(key))
  return {
    node,
    update: ({ name, lag, isPartial }) => {
      const least = isPartial ? '≥ ' : ''
      const behind = lag === undefined ? [] : [strings.behind(`${least}${formatCount(lag)}`)]
      setText(node, [visibleName(name), ...behind].join(' · '))
    },
  }
}

function widest(rows: readonly TopicPartitionRow[]): number {
  const digits = rows.reduce((most, { logEndOffset }) => Math.max(most, logEndOffset?.length ?? 0), 0)
  return Math.max(9, Math.min(digits + Math.floor(digits / 3), 27))
}
