/** The topics, internal ones on demand. */
import type { OverviewSnapshot, TopicRow } from '../protocol.ts'
import { checkbox } from '../shared/controls.ts'
import { element, setAttribute, setHidden, setText } from '../shared/dom.ts'
import { formatCount } from '../shared/numbers.ts'
import { type RowView, virtualRows } from '../shared/rows.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'
import { listFrame } from './list.ts'

const rowHeightPx = 26

export function topicList(): { readonly node: HTMLElement; update(snapshot: OverviewSnapshot): void } {
  let all: readonly TopicRow[] = []
  let shown: readonly TopicRow[] = []
  let withInternal = false
  const rows = virtualRows({
    role: 'listbox',
    label: strings.topics,
    className: 'topic-rows',
    rowHeightPx,
    keyOf: index => shown[index]?.topic ?? '',
    createRow: () => topicRow(index => shown[index]),
  })
  const internal = checkbox(strings.showInternal, withInternal, isChecked => {
    withInternal = isChecked
    draw()
  })
  const frame = listFrame({
    title: strings.topics,
    filterLabel: strings.filterTopics,
    initialFilter: '',
    className: 'topics',
    rows,
    rowHeightPx,
    extra: [],
    onFilter: () => draw(),
  })
  frame.node.querySelector('.list-head')?.append(internal)

  function draw(): void {
    const text = frame.filterText()
    const offered = withInternal ? all : all.filter(topic => !topic.isInternal)
    shown = text === '' ? offered : offered.filter(({ topic }) => topic.toLowerCase().includes(text))
    setHidden(internal, offered.length === all.length && !withInternal)
    const empty = offered.length === 0 ? strings.noneYet : strings.noTopicMatches
    frame.update({ shownCount: shown.length, allCount: offered.length, empty })
    rows.setCount(shown.length)
  }

  return {
    node: frame.node,
    update: snapshot => {
      all = snapshot.topics
      draw()
    },
  }
}

function topicRow(topicAt: (index: number) => TopicRow | undefined): RowView {
  const name = element('span', 'name cut foreign')
  const shape = element('span', 'number dim')
  const node = element('div', 'topic', name, shape)
  return {
    node,
    update: index => {
      const topic = topicAt(index)
      if (!topic) return
      const partitions = formatCount(topic.partitionCount)
      const replicas = formatCount(topic.replicationFactor)
      setText(name, visibleName(topic.topic))
      setText(shape, `${partitions} × ${replicas}`)
      setAttribute(node, 'title', `${visibleName(topic.topic)}\n${strings.topicShape(partitions, replicas)}`)
    },
  }
}
