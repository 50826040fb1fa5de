/** What was chosen: a group or a topic; else what to choose. */
import type { OverviewSnapshot, ViewMessage } from '../protocol.ts'
import { progressRing } from '../shared/controls.ts'
import { element, setHidden, setText } from '../shared/dom.ts'
import { strings } from '../shared/strings.ts'
import { groupDetail } from './groupDetail.ts'
import { topicDetail } from './topicDetail.ts'

export function detail(post: (message: ViewMessage) => void): {
  readonly node: HTMLElement
  update(snapshot: OverviewSnapshot): void
} {
  const hint = element('p')
  const ring = progressRing()
  const nothing = element('div', 'state dim', ring, hint)
  const group = groupDetail(post)
  const topic = topicDetail(post)
  const node = element('section', 'detail', nothing, group.node, topic.node)
  node.setAttribute('aria-label', strings.chosen)
  return {
    node,
    update: snapshot => {
      setHidden(nothing, snapshot.selected !== undefined || snapshot.selectedTopic !== undefined)
      setHidden(ring, snapshot.status.kind !== 'connecting')
      setText(hint, snapshot.groups.length === 0 ? strings.noGroups : strings.selectGroup)
      group.update(snapshot)
      topic.update(snapshot)
    },
  }
}
