/** One record whole: where it stands, its key, its value, JSON laid out. */
import type { WireRecord } from '@tidemark/runtime/protocol'
import type { Clock } from '../shared/clock.ts'
import { button } from '../shared/controls.ts'
import { element, setClass, setHidden, setText } from '../shared/dom.ts'
import { laidOut } from '../shared/json.ts'
import { formatCount, formatTimestamp } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'
import { visibleBlock, visibleName } from '../shared/visible.ts'
import type { RecordOutputs } from './recordOutputs.ts'

export function recordPane(
  clock: Clock,
  outputs: RecordOutputs,
  onClose: () => void,
): { readonly node: HTMLElement; update(record: WireRecord | undefined, batchId: string): void } {
  const title = element('h2', 'foreign')
  const time = element('p', 'dim')
  const key = element('pre', 'foreign')
  const value = element('pre', 'foreign')
  const cut = element('p', 'warning', `▲ ${strings.cut}`)
  const close = button(strings.close, onClose)
  const node = element(
    'aside',
    'record-pane',
    element('div', 'list-head', title, element('span', 'grow'), close.node),
    time,
    element('h3', '', strings.recordColumn.key),
    key,
    element('h3', '', strings.recordColumn.value),
    value,
    cut,
    outputs.node,
  )
  node.tabIndex = 0
  node.addEventListener('keydown', event => {
    if (event.key === 'Escape') onClose()
  })
  node.hidden = true
  return {
    node,
    update: (record, batchId) => {
      setHidden(node, record === undefined)
      if (!record) return
      const place = `${visibleName(record.topic)}/${record.partition} @ ${formatCount(record.offset)}`
      setText(title, place)
      node.setAttribute('aria-label', strings.recordDetail(place))
      setText(time, formatTimestamp(record.timestampMs, clock.nowMs()))
      drawText(key, record.key, strings.nullKey)
      drawText(value, record.value, strings.nullValue)
      setHidden(cut, !record.isTruncated)
      outputs.show(batchId, record)
    },
  }
}

function drawText(target: HTMLElement, text: string | null, nullWord: string): void {
  setText(target, text === null ? nullWord : text === '' ? strings.emptyText : visibleBlock(laidOut(text)))
  setClass(target, text === null || text === '' ? 'dim said' : 'foreign')
}
