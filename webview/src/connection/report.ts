/** The report of a connection test: each step with a sign and a word, and for what failed what to try. */
import type { ConnectionStepRow, ConnectionTest } from '../protocol.ts'
import { progressRing } from '../shared/controls.ts'
import { element, keyedChildren, setClass, setHidden, setText } from '../shared/dom.ts'
import { strings } from '../shared/strings.ts'
import { visibleBlock, visibleName } from '../shared/visible.ts'

const words = strings.connection

/** The place is told once, above the steps that belong to it. */
interface PlacedRow extends ConnectionStepRow {
  readonly isNewPlace: boolean
}

export function testReport(): { readonly node: HTMLElement; update(test: ConnectionTest): void } {
  const ring = progressRing()
  const summary = element('p', 'summary')
  summary.setAttribute('role', 'status')
  const list = element('ol', 'steps')
  const node = element(
    'section',
    'report',
    element('h2', '', words.report),
    element('div', 'outcome', ring, summary),
    list,
  )
  node.setAttribute('aria-label', words.report)
  const setRows = keyedChildren<PlacedRow>(list, (_, index) => String(index), stepRow)
  return {
    node,
    update: test => {
      setHidden(node, test.kind === 'none')
      setHidden(ring, test.kind !== 'running')
      setClass(summary, `summary ${test.kind === 'done' ? (test.isUsable ? 'ok' : 'bad') : ''}`.trimEnd())
      setText(summary, outcome(test))
      setRows(test.steps.map((row, index) => ({ ...row, isNewPlace: row.place !== test.steps[index - 1]?.place })))
    },
  }
}

function outcome({ kind, isUsable, summary = '' }: ConnectionTest): string {
  if (kind !== 'done') return kind === 'running' ? words.testing : ''
  return `${isUsable ? `✓ ${words.usable}` : `▲ ${words.unusable}`} ${visibleBlock(summary)}`.trimEnd()
}

function stepRow(): { readonly node: HTMLElement; readonly update: (row: PlacedRow) => void } {
  const sign = element('span', 'sign')
  sign.setAttribute('role', 'img')
  const step = element('span', 'step')
  const place = element('span', 'place foreign')
  const detail = element('span', 'detail foreign')
  const tryThis = element('p', 'try foreign')
  const node = element('li', 'step-row', place, sign, step, detail, tryThis)
  return {
    node,
    update: row => {
      setClass(sign, row.isFine ? 'sign ok' : 'sign bad')
      setText(sign, row.isFine ? '✓' : '▲')
      sign.setAttribute('aria-label', row.isFine ? words.fine : words.wrong)
      setText(step, words.step[row.step])
      setText(place, visibleName(row.place))
      setHidden(place, !row.isNewPlace)
      setText(detail, visibleBlock(row.detail))
      setText(tryThis, row.tryThis === undefined ? '' : words.tryThis(visibleBlock(row.tryThis)))
      setHidden(tryThis, row.tryThis === undefined)
    },
  }
}
