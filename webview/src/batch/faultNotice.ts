/** The fault that was asked for: what it waits for, and once it is over, what it did in one line. */
import type { FaultView, ViewMessage } from '../protocol.ts'
import { button } from '../shared/controls.ts'
import { element, setClass, setHidden, setText } from '../shared/dom.ts'
import { formatCount } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'

export function faultNotice(post: (message: ViewMessage) => void): {
  readonly node: HTMLElement
  update(fault: FaultView | undefined): void
} {
  const text = element('p', 'grow')
  const takeBack = button(strings.takeBack, () => post({ type: 'fault', fault: null }))
  const dismiss = button(strings.dismiss, () => post({ type: 'dismiss', what: 'fault' }))
  const node = element('section', 'notice', text, takeBack.node, dismiss.node)
  node.setAttribute('aria-label', strings.fault)
  return {
    node,
    update: fault => {
      setHidden(node, fault === undefined)
      if (!fault) return
      const { words, tone } = said(fault)
      setText(text, words)
      setClass(text, `grow ${tone}`)
      setHidden(takeBack.node, fault.stage !== 'armed')
      setHidden(dismiss.node, fault.stage !== 'told')
    },
  }
}

function said(fault: FaultView): { readonly words: string; readonly tone: string } {
  const name = strings.faultName[fault.kind]
  const where = fault.sequence === undefined ? name : `${name}, ${strings.batchNumber(formatCount(fault.sequence))}`
  if (fault.problem !== undefined)
    return { words: `▲ ${where}: ${strings.faultProblem(visibleName(fault.problem))}`, tone: 'bad' }
  if (fault.stage !== 'told') return { words: `⚡ ${where}: ${strings.faultStage[fault.stage]}`, tone: 'warning' }
  const { lost = 0, repeated = 0 } = fault.account?.offsets ?? {}
  if (!fault.account || fault.account.rows.length === 0)
    return { words: `✓ ${where}: ${strings.nothingInHand}`, tone: 'ok' }
  if (lost === 0 && repeated === 0) return { words: `✓ ${where}: ${strings.allHeld}`, tone: 'ok' }
  const parts = [
    lost > 0 ? strings.offsetsLost(formatCount(lost)) : undefined,
    repeated > 0 ? strings.offsetsRepeated(formatCount(repeated)) : undefined,
  ]
  return { words: `▲ ${where}: ${parts.filter(Boolean).join(', ')}`, tone: lost > 0 ? 'bad' : 'warning' }
}
