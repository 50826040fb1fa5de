/** One group: its name and facts, its lag over time, its partitions and members. */
import type { GroupDetail, OverviewSnapshot, ViewAction, ViewMessage } from '../protocol.ts'
import { element, keyedChildren, setHidden, setText } from '../shared/dom.ts'
import { formatCount } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'
import { tabs } from '../shared/tabs.ts'
import { visibleBlock, visibleName } from '../shared/visible.ts'
import { actionButtons } from './actions.ts'
import { lagChart } from './chart.ts'
import { createChip } from './chips.ts'
import { memberTable } from './members.ts'
import { partitionTable } from './partitions.ts'

const usualActions: readonly ViewAction[] = ['openCode', 'debug']

export function groupDetail(post: (message: ViewMessage) => void): {
  readonly node: HTMLElement
  update(snapshot: OverviewSnapshot): void
} {
  const name = element('h1', 'name foreign')
  const chips = element('div', 'chips')
  const drawChips = keyedChildren(
    chips,
    (chip: GroupDetail['chips'][number], index) => `${index} ${chip.text}`,
    createChip,
  )
  let groupId: string | undefined
  const actions = actionButtons(action =>
    post(groupId === undefined ? { type: 'action', action } : { type: 'action', action, groupId }),
  )
  const message = element('p', 'foreign')
  const chart = lagChart()
  const partitions = partitionTable()
  const members = memberTable()
  const strip = tabs(strings.groupParts, [
    { id: 'partitions', label: strings.partitions, page: partitions.node },
    { id: 'members', label: strings.members, page: members.node },
  ])
  const head = element('div', 'detail-head', element('div', 'grow', name, chips), actions.node)
  const node = element('div', 'shown-group', head, message, chart.node, strip.node)

  return {
    node,
    update: ({ selected }) => {
      setHidden(node, selected === undefined)
      if (!selected) return
      groupId = selected.groupId
      setText(name, visibleName(selected.groupId))
      drawChips(selected.chips)
      actions.update(selected.actions ?? usualActions, selected.actions ? undefined : 'debug')
      setText(message, `▲ ${visibleBlock(selected.message ?? '')}`)
      setHidden(message, selected.message === undefined)
      // What was never read has no chart and no rows: saying "no lag" there would be a claim.
      const isUnread = selected.message !== undefined && selected.partitions.length === 0
      for (const part of [chart.node, strip.node]) setHidden(part, isUnread)
      chart.update(selected)
      partitions.update(selected)
      members.update(selected.members ?? [])
      strip.setTab('partitions', { count: formatCount(selected.partitions.length), isHidden: false })
      strip.setTab('members', {
        count: formatCount(selected.members?.length ?? 0),
        isHidden: selected.members === undefined,
      })
    },
  }
}
