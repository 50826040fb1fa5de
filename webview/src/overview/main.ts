/** The overview panel: one cluster, its groups and topics, and the lag of one group, partition by partition. */
import 'uplot/dist/uPlot.min.css'
import '../shared/base.css'
import './overview.css'
import { connectHost } from '../host.ts'
import type { OverviewSnapshot, ViewMessage } from '../protocol.ts'
import { pageClock } from '../shared/clock.ts'
import { registerControls } from '../shared/controls.ts'
import { element, setHidden } from '../shared/dom.ts'
import { drawLatest } from '../shared/frame.ts'
import { strings } from '../shared/strings.ts'
import { brokerList } from './brokers.ts'
import { detail as detailView } from './detail.ts'
import { groupList } from './groups.ts'
import { header } from './header.ts'
import { failureNotice, problemNotice, wholeState } from './states.ts'
import { topicList } from './topics.ts'

registerControls()

const draw = drawLatest<OverviewSnapshot>('overview', snapshot => update(snapshot))
const host = connectHost(message => {
  if (message.type === 'snapshot' && message.snapshot.view === 'overview') draw(message.snapshot)
})
const post = (message: ViewMessage): void => host.post(message)

const head = header(pageClock, post)
const groups = groupList(host, () => topics.choose(undefined))
const topics = topicList(topic => {
  groups.choose(undefined)
  post({ type: 'selectTopic', topic })
})
const brokers = brokerList()
const detail = detailView(post)
const state = wholeState(post)
const notice = failureNotice(post)
const problems = problemNotice()
const heard = element('div', 'heard')
heard.setAttribute('role', 'status')

const lists = element('nav', 'lists', groups.node, topics.node, brokers.node)
lists.setAttribute('aria-label', `${strings.groups}, ${strings.topics}, ${strings.brokerList}`)
const main = element('main', 'shown', lists, detail.node)
const parts = [head.node, notice.node, problems.node, state.node, main, heard]

function update(snapshot: OverviewSnapshot): void {
  // Nothing is shown before there is something to say.
  if (!head.node.isConnected) document.getElementById('root')?.append(...parts)
  // What was read before stays in sight when a connection is lost: old numbers with their time beat an empty page.
  const hasData = snapshot.groups.length > 0 || snapshot.topics.length > 0
  const isWhole = !hasData && snapshot.status.kind !== 'connected'
  head.update(snapshot)
  state.update(isWhole ? snapshot : undefined)
  notice.update(hasData && snapshot.status.kind === 'failed' ? snapshot : undefined)
  problems.update(hasData && snapshot.status.kind === 'connected' ? snapshot : undefined)
  setHidden(main, isWhole)
  if (!isWhole) {
    groups.update(snapshot)
    topics.update(snapshot)
    brokers.update(snapshot)
    detail.update(snapshot)
  }
  keep(snapshot)
  announce(snapshot)
}

let kept = ''

/** What the host needs to open this panel again after a reload of the window. */
function keep({ cluster, selected, selectedTopic }: OverviewSnapshot): void {
  const part = { cluster, group: selected && (selected.key ?? selected.groupId), topic: selectedTopic?.topic }
  const text = JSON.stringify(part)
  if (text !== kept) host.save(part)
  kept = text
}

let announced = ''

/** Tells a screen reader when the state of the cluster changes, never each reading. */
function announce({ status, cluster }: OverviewSnapshot): void {
  const text = `${cluster}: ${status.message}`
  if (announced === status.kind) return
  announced = status.kind
  heard.textContent = text
}
