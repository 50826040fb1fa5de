/** The batch panel, top to bottom as time goes: history, phases, ranges, records, and what would happen if the process died now. */
import '../shared/base.css'
import './batch.css'
import {
  type BatchState,
  outputsPerRequestMax,
  recordsPerRequestMax,
  type WireOutput,
  type WireRecord,
} from '@tidemark/runtime/protocol'
import { connectHost } from '../host.ts'
import type { BatchSnapshot, HostMessage, ViewMessage } from '../protocol.ts'
import { pageClock } from '../shared/clock.ts'
import { progressRing, registerControls } from '../shared/controls.ts'
import { element, setClass, setHidden, setText } from '../shared/dom.ts'
import { drawLatest } from '../shared/frame.ts'
import { formatCount } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'
import { tabs } from '../shared/tabs.ts'
import { visibleBlock } from '../shared/visible.ts'
import { accountTable } from './account.ts'
import { faultNotice } from './faultNotice.ts'
import { foot } from './foot.ts'
import { historyStrip } from './history.ts'
import { outputTable } from './outputs.ts'
import { Pages } from './pages.ts'
import { phaseTrack } from './phases.ts'
import { rangeCards } from './ranges.ts'
import { recordOutputs } from './recordOutputs.ts'
import { recordCountOf, recordTable } from './records.ts'
import { replayCount, replayTable } from './replay.ts'
import { toolbar } from './toolbar.ts'

registerControls()

const draw = drawLatest<BatchSnapshot>('batch', snapshot => update(snapshot))
const host = connectHost(message => {
  if (message.type === 'snapshot') {
    if (message.snapshot.view === 'batch') draw(message.snapshot)
  } else answer(message)
})
const post = (message: ViewMessage): void => host.post(message)

let batchId = ''
const source = new Pages<WireRecord>(Math.min(200, recordsPerRequestMax), request =>
  post({ type: 'records', batchId, ...request }),
)
const written = new Pages<WireOutput>(Math.min(200, outputsPerRequestMax), request =>
  post({ type: 'outputs', batchId, ...request }),
)
const tools = toolbar(post)
const history = historyStrip(post)
const notice = faultNotice(post)
const phases = phaseTrack()
const ranges = rangeCards()
const ofRecord = recordOutputs(post)
const records = recordTable(source, ofRecord, pageClock)
const outputs = outputTable(written)
const account = accountTable()
const replay = replayTable()
const body = tabs(strings.bodyTabs, [
  { id: 'records', label: strings.recordsTitle, page: records.node },
  { id: 'outputs', label: strings.outputsTitle, page: outputs.node },
  { id: 'account', label: strings.accountTitle, page: account.node },
  { id: 'replay', label: strings.replayTab, page: replay.node },
])
body.node.classList.add('body')
const end = foot()

const ring = progressRing()
const sign = element('div', 'sign')
const title = element('h1')
const message = element('p', 'dim foreign')
const state = element('div', 'state', ring, sign, title, message)
const heard = element('div', 'heard')
heard.setAttribute('role', 'status')
sign.setAttribute('aria-hidden', 'true')

const main = element('main', 'batch', history.node, notice.node, phases.node, ranges.node, state, body.node, end.node)
main.setAttribute('aria-label', strings.batchPanel)

function update(snapshot: BatchSnapshot): void {
  const { batch, status } = snapshot
  // Nothing is shown before there is something to say.
  if (!main.isConnected) document.getElementById('root')?.append(tools.node, main, heard)
  tools.update(snapshot)
  history.update(snapshot)
  notice.update(snapshot.fault)
  setHidden(phases.node, batch === undefined)
  setHidden(ranges.node, batch === undefined)
  setHidden(state, batch !== undefined)
  if (batch) {
    batchId = batch.batchId
    phases.update(snapshot, batch)
    ranges.update(batch)
    records.update(batch)
    const offer = snapshot.capabilities?.outputs
    outputs.update(batch, offer?.isOffered ?? batch.outputCount !== undefined, offer?.note)
  } else drawWaiting(snapshot)
  updateBody(snapshot, batch)
  end.update(snapshot)
  const text = `${strings.runState[status.kind]}: ${visibleBlock(status.message)}`
  if (heard.textContent !== text) heard.textContent = text
}

/** What comes new is shown at once: the reader has asked for it. */
let shownStories = { account: false, replay: '' }

function updateBody({ fault, replay: view }: BatchSnapshot, batch: BatchState | undefined): void {
  const hasAccount = (fault?.account?.rows.length ?? 0) > 0
  if (fault?.account) account.update(fault.account)
  if (view) replay.update(view)
  body.setTab('records', { count: batch ? recordCountOf(batch) : '', isHidden: batch === undefined })
  const outputCount = batch?.outputCount === undefined ? '' : formatCount(batch.outputCount)
  body.setTab('outputs', { count: outputCount, isHidden: batch === undefined })
  body.setTab('account', { count: '', isHidden: !hasAccount })
  body.setTab('replay', { count: view ? replayCount(view) : '', isHidden: view === undefined })
  setHidden(body.node, batch === undefined && !hasAccount && view === undefined)
  const replayName = view ? `${view.key} ${view.stage}` : ''
  if (hasAccount && !shownStories.account) body.choose('account')
  else if (view && replayName !== shownStories.replay) body.choose('replay')
  shownStories = { account: hasAccount, replay: replayName }
}

function answer(message: Exclude<HostMessage, { type: 'snapshot' }>): void {
  const { requestId } = message
  if (message.type === 'records') source.answer({ requestId, items: message.result.records })
  else if (message.type === 'recordsFailed') source.answer({ requestId, failure: message.message })
  else {
    ofRecord.answer(message)
    if (message.type === 'outputs') written.answer({ requestId, items: message.result.outputs })
    else written.answer({ requestId, failure: message.message })
  }
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
