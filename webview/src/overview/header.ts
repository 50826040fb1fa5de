/** The head line: which cluster, whether it answers, how big it is, how old the numbers are. */
import type { OverviewSnapshot, ViewMessage } from '../protocol.ts'
import type { Clock } from '../shared/clock.ts'
import { button } from '../shared/controls.ts'
import { element, setClass, setHidden, setText } from '../shared/dom.ts'
import { formatCount, formatSeconds, formatTime } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'
import { actionButtons } from './actions.ts'

/** Each state has a sign, a word and a colour. */
const signs = {
  connecting: { sign: '◌', word: strings.connecting, tone: 'dim' },
  connected: { sign: '●', word: strings.connected, tone: 'ok' },
  failed: { sign: '▲', word: strings.failed, tone: 'bad' },
  empty: { sign: '○', word: strings.notConfigured, tone: 'dim' },
} as const

export function header(
  clock: Clock,
  post: (message: ViewMessage) => void,
): {
  readonly node: HTMLElement
  update(snapshot: OverviewSnapshot): void
} {
  const cluster = element('h1', 'title foreign cut')
  const sign = element('span', 'sign')
  const word = element('span')
  const status = element('span', '', sign, ' ', word)
  sign.setAttribute('aria-hidden', 'true')
  const size = element('span', 'dim')
  const age = element('span', 'dim age')
  const pause = button(strings.pause, () => post({ type: 'togglePause' }))
  const actions = actionButtons(action => post({ type: 'action', action }))
  const node = element('header', 'bar', cluster, status, size, element('span', 'grow'), age, pause.node, actions.node)
  let shown: OverviewSnapshot | undefined

  const drawAge = (): void => {
    if (shown) setText(age, ageOf(shown, clock.nowMs()))
  }
  clock.everySecond(drawAge)

  return {
    node,
    update: snapshot => {
      shown = snapshot
      const { sign: signText, word: wordText, tone } = signs[snapshot.status.kind]
      setText(cluster, visibleName(snapshot.cluster) || strings.overview)
      setText(sign, signText)
      setText(word, wordText)
      setClass(status, tone)
      setText(size, sizeOf(snapshot))
      setHidden(pause.node, snapshot.readAtMs === 0)
      pause.setLabel(snapshot.isPaused ? strings.resume : strings.pause)
      actions.update(snapshot.status.kind === 'connected' ? (snapshot.actions ?? []) : [], undefined)
      drawAge()
    },
  }
}

function sizeOf(snapshot: OverviewSnapshot): string {
  if (snapshot.brokerCount === 0 && snapshot.topics.length === 0) return ''
  const facts = [
    strings.brokers(formatCount(snapshot.brokerCount)),
    snapshot.kafkaVersion === undefined ? undefined : strings.kafkaVersion(visibleName(snapshot.kafkaVersion)),
    strings.topicCount(formatCount(snapshot.topics.length)),
    strings.groupCount(formatCount(snapshot.groups.length)),
    snapshot.isReadOnly ? strings.readOnly : undefined,
  ]
  return facts.filter(fact => fact !== undefined).join(' · ')
}

/** A paused panel tells the time of its numbers: an age that grows would look like a broken connection. */
function ageOf(snapshot: OverviewSnapshot, nowMs: number): string {
  if (snapshot.readAtMs === 0) return ''
  const requests = strings.requests(formatCount(snapshot.requestCount))
  if (snapshot.isPaused) return `${strings.paused} · ${strings.readAt(formatTime(snapshot.readAtMs))} · ${requests}`
  return `${strings.readAgo(formatSeconds(Math.max(0, nowMs - snapshot.readAtMs) / 1_000))} · ${requests}`
}
