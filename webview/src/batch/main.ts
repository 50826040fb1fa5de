/** The batch panel, top to bottom as time goes: history, phases, ranges, records, and what would happen if the process died now. */
import '../shared/base.css'
import './batch.css'
import { connectHost } from '../host.ts'
import type { BatchSnapshot, ViewMessage } from '../protocol.ts'
import { pageClock } from '../shared/clock.ts'
import { progressRing, registerControls } from '../shared/controls.ts'
import { element, setClass, setHidden, setText } from '../shared/dom.ts'
import { drawLatest } from '../shared/frame.ts'
import { strings } from '../shared/strings.ts'
import { visibleBlock } from '../shared/visible.ts'
import { foot } from './foot.ts'
import { historyStrip } from './history.ts'
import { phaseTrack } from './phases.ts'
import { rangeCards } from './ranges.ts'
import { recordSource } from './recordSource.ts'
import { recordTable } from './records.ts'
import { toolbar } from './toolbar.ts'

registerControls()

const draw = drawLatest<BatchSnapshot>('batch', snapshot => update(snapshot))
const host = connectHost(message => {
  if (message.type === 'snapshot') {
    if (message.snapshot.view === 'batch') draw(message.snapshot)
  } else source.answer(message)
})
const post = (message: ViewMessage): void => host.post(message)

const tools = toolbar(post)
const source = recordSource(post)
const history = historyStrip()
const phases = phaseTrack()
const ranges = rangeCards()
const records = recordTable(source, pageClock)
const end = foot()

const ring = progressRing()
const sign = element('div', 'sign')
const title = element('h1')
const message = element('p', 'dim foreign')
const state = element('div', 'state', ring, sign, title, message)
const heard = element('div', 'heard')
heard.setAttribute('role', 'status')
sign.setAttribute('aria-hidden', 'true')

const main = element('main', 'batch', history.node, phases.node, ranges.node, records.node, state, end.node)
main.setAttribute('aria-label', strings.batchPanel)

function update(snapshot: BatchSnapshot): void {
  const { batch, status } = snapshot
  // Nothing is shown before there is something to say.
  if (!main.isConnected) document.getElementById('root')?.append(tools.node, main, heard)
  tools.update(snapshot)
  history.update(snapshot)
  setHidden(phases.node, batch === undefined)
  setHidden(ranges.node, batch === undefined)
  setHidden(records.node, batch === undefined)
  setHidden(state, batch !== undefined)
  if (batch) {
    phases.update(snapshot, batch)
    ranges.update(batch)
    records.update(batch)
  } else drawWaiting(snapshot)
  end.update(snapshot)
  const text = `${strings.runState[status.kind]}: ${visibleBlock(status.message)}`
  if (heard.textContent !== text) heard.textContent = text
}

function drawWaiting({ status }: BatchSnapshot): void {
  const isOver = status.kind === 'ended' || status.kind === 'failed'
  setHidden(ring, isOver)
  setHidden(sign, !isOver)
  setText(sign, status.kind === 'failed' ? '▲' : '■')
  setClass(sign, status.kind === 'failed' ? 'sign bad' : 'sign dim')
  setText(title, isOver ? strings.endedTitle : strings.waitingTitle)
  setText(message, visibleBlock(status.message))
}
