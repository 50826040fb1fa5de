/** One record whole: where it stands, its key, its value, JSON laid out. */
import type { WireRecord } from '@tidemark/runtime/protocol'
import type { Clock } from '../shared/clock.ts'
import { button } from '../shared/controls.ts'
import { element, setClass, setHidden, setText } from '../shared/dom.ts'
import { formatCount, formatTimestamp } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'
import { visibleBlock, visibleName } from '../shared/visible.ts'

export function recordPane(
  clock: Clock,
  onClose: () => void,
): { readonly node: HTMLElement; update(record: WireRecord | undefined): void } {
  const title = element('h3', 'foreign')
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
    element('h2', '', strings.recordColumn.key),
    key,
    element('h2', '', strings.recordColumn.value),
    value,
    cut,
  )
  node.tabIndex = 0
  node.addEventListener('keydown', event => {
    if (event.key === 'Escape') onClose()
  })
  node.hidden = true
  return {
    node,
    update: record => {
      setHidden(node, record === undefined)
      if (!record) return
      const place = `${visibleName(record.topic)}/${record.partition} @ ${formatCount(record.offset)}`
      setText(title, place)
      node.setAttribute('aria-label', strings.recordDetail(place))
      setText(time, formatTimestamp(record.timestampMs, clock.nowMs()))
      drawText(key, record.key, strings.nullKey)
      drawText(value, record.value, strings.nullValue)
      setHidden(cut, !record.isTruncated)
    },
  }
}

function drawText(target: HTMLElement, text: string | null, nullWord: string): void {
  setText(target, text === null ? nullWord : text === '' ? strings.emptyText : visibleBlock(laidOut(text)))
  setClass(target, text === null || text === '' ? 'dim said' : 'foreign')
}

/**
 * JSON with a line for each member, without parsing numbers: `JSON.parse` would round those beyond 2^53. Only white
 * space outside of strings changes. What is not JSON is shown as it came.
 */
export function laidOut(text: string): string {
  if (!/^\s*[[{]/.test(text) || !isJson(text)) return text
  let depth = 0
  const line = (change: number): string => {
    depth += change
    return `\n${'  '.repeat(depth)}`
  }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []
  return tokens
    .map((token, at) => {
      if (token === '{' || token === '[') return isClosing(tokens[at + 1]) ? token : token + line(1)
      if (isClosing(token)) return isOpening(tokens[at - 1]) ? token : line(-1) + token
      if (token === ',') return token + line(0)
      return token === ':' ? ': ' : token
    })
    .join('')
}

function isOpening(token: string | undefined): boolean {
  return token === '{' || token === '['
}

function isClosing(token: string | undefined): boolean {
  return token === '}' || token === ']'
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
