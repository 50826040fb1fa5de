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

export interface TopicList {
  readonly node: HTMLElement
  /** Marks a topic as chosen, before the host has answered. */
  choose(topic: string | undefined): void
  update(snapshot: OverviewSnapshot): void
}

export function topicList(onChoose: (topic: string) => void): TopicList {
  let chosenTopic: string | undefined
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
    onActivate: index => {
      const topic = shown[index]?.topic
      if (topic === undefined) return
      chosenTopic = topic
      rows.choose(index)
      onChoose(topic)
    },
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
    const chosen = chosenTopic === undefined ? -1 : shown.findIndex(({ topic }) => topic === chosenTopic)
    rows.choose(chosen < 0 ? undefined : chosen)
    rows.setCount(shown.length)
  }

  return {
    node: frame.node,
    choose: topic => {
      chosenTopic = topic
      draw()
    },
    update: ({ topics, selected, selectedTopic }) => {
      all = topics
      if (selectedTopic) chosenTopic = selectedTopic.topic
      else if (selected) chosenTopic = undefined
      draw()
    },
  }
}

function topicRow(topicAt: (index: number) => TopicRow | undefined): RowView {
  const name = element('span', 'name cut foreign')
  const trouble = element('span', 'warning')
  const shape = element('span', 'number dim')
  const node = element('div', 'topic', name, trouble, shape)
  return {
    node,
    update: index => {
      const topic = topicAt(index)
      if (!topic) return
      const partitions = formatCount(topic.partitionCount)
      const replicas = formatCount(topic.replicationFactor)
      setText(name, visibleName(topic.topic))
      const troubled = topic.troubledCount ? strings.troubled(formatCount(topic.troubledCount)) : ''
      setText(trouble, troubled === '' ? '' : `◐ ${formatCount(topic.troubledCount ?? 0)}`)
      setAttribute(trouble, 'aria-label', troubled === '' ? undefined : troubled)
      setAttribute(trouble, 'role', troubled === '' ? undefined : 'img')
      setText(shape, `${partitions} × ${replicas}`)
      const facts = [visibleName(topic.topic), strings.topicShape(partitions, replicas), troubled]
      setAttribute(node, 'title', facts.filter(Boolean).join('\n'))
    },
  }
}
