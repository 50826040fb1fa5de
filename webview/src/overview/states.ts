/** When there are no numbers: connecting, failed, nothing configured. Each says what is, why, and what to do. */
import type { OverviewSnapshot, ViewAction, ViewMessage } from '../protocol.ts'
import { progressRing } from '../shared/controls.ts'
import { element, keyedChildren, setClass, setHidden, setText } from '../shared/dom.ts'
import { formatCount, formatTime } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'
import { visibleBlock, visibleName } from '../shared/visible.ts'
import { actionButtons } from './actions.ts'

interface StateView {
  readonly node: HTMLElement
  update(snapshot: OverviewSnapshot | undefined): void
}

const failedActions: readonly ViewAction[] = ['retry', 'openSettings']
const emptyActions: readonly ViewAction[] = ['startLocalKafka', 'openSettings']

/** Fills the panel when nothing was ever read. */
export function wholeState(post: (message: ViewMessage) => void): StateView {
  const ring = progressRing()
  const sign = element('div', 'sign')
  sign.setAttribute('aria-hidden', 'true')
  const title = element('h1', 'foreign')
  const message = element('p', 'foreign')
  const action = element('p', 'dim foreign')
  const buttons = actionButtons(pressed => post({ type: 'action', action: pressed }))
  const node = element('main', 'state', ring, sign, title, message, action, buttons.node)
  return {
    node,
    update: snapshot => {
      setHidden(node, snapshot === undefined)
      if (!snapshot) return
      const { kind } = snapshot.status
      setHidden(ring, kind !== 'connecting')
      setHidden(sign, kind === 'connecting')
      setText(sign, kind === 'failed' ? '▲' : '○')
      setClass(sign, kind === 'failed' ? 'sign bad' : 'sign dim')
      setText(title, titleOf(snapshot))
      setText(message, visibleBlock(snapshot.status.message))
      setText(action, visibleBlock(snapshot.status.action ?? ''))
      setHidden(action, snapshot.status.action === undefined)
      buttons.update(
        snapshot.actions ?? (kind === 'failed' ? failedActions : kind === 'empty' ? emptyActions : []),
        undefined,
      )
    },
  }
}

/** Above old numbers when the cluster no longer answers. */
export function failureNotice(post: (message: ViewMessage) => void): StateView {
  const message = element('p', 'foreign')
  const seen = element('p', 'dim')
  const buttons = actionButtons(action => post({ type: 'action', action }))
  const node = element('section', 'notice', element('div', 'grow', message, seen), buttons.node)
  node.setAttribute('aria-label', strings.failed)
  return {
    node,
    update: snapshot => {
      setHidden(node, snapshot === undefined)
      if (!snapshot) return
      const { status, cluster, readAtMs } = snapshot
      setText(message, `▲ ${strings.failedTo(visibleName(cluster))}: ${visibleBlock(status.message)}`)
      setText(
        seen,
        [visibleBlock(status.action ?? ''), strings.lastSeen(formatTime(readAtMs))].filter(Boolean).join(' '),
      )
      buttons.update(snapshot.actions ?? failedActions, undefined)
    },
  }
}

const problemsShownMax = 3

/** Above numbers that are whole but for a part: who did not answer, so that what is missing is not taken for nothing. */
export function problemNotice(): StateView {
  const list = element('ul', 'grow')
  const more = element('p', 'dim')
  const draw = keyedChildren<string>(
    list,
    (_, index) => String(index),
    () => {
      const item = element('li', 'foreign')
      return { node: item, update: text => setText(item, text) }
    },
  )
  const node = element('section', 'notice partial', element('div', 'grow', list, more))
  node.setAttribute('aria-label', strings.partlyRead)
  return {
    node,
    update: snapshot => {
      const problems = snapshot?.problems ?? []
      setHidden(node, problems.length === 0)
      const shown = problems.slice(0, problemsShownMax)
      draw(shown.map(({ place, message }) => `▲ ${visibleName(place)}: ${visibleName(message)}`))
      const left = Math.max(snapshot?.problemCount ?? 0, problems.length) - shown.length
      setText(more, left > 0 ? strings.moreProblems(formatCount(left)) : strings.partlyRead)
    },
  }
}

function titleOf({ status, cluster }: OverviewSnapshot): string {
  if (status.kind === 'connecting') return strings.connectingTo(visibleName(cluster))
  return status.kind === 'failed' ? strings.failedTo(visibleName(cluster)) : strings.emptyTitle
}
