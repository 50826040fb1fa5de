/** One group: its name and facts, its lag over time, its partitions. */
import type { GroupDetail, OverviewSnapshot, ViewAction, ViewMessage } from '../protocol.ts'
import { progressRing, tag } from '../shared/controls.ts'
import { element, keyedChildren, setClass, setHidden, setText } from '../shared/dom.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'
import { actionButtons } from './actions.ts'
import { lagChart } from './chart.ts'
import { partitionTable } from './partitions.ts'

type Chip = GroupDetail['chips'][number]

const usualActions: readonly ViewAction[] = ['openCode', 'debug']

export function groupDetail(post: (message: ViewMessage) => void): {
  readonly node: HTMLElement
  update(snapshot: OverviewSnapshot): void
} {
  const name = element('h1', 'name foreign')
  const chips = element('div', 'chips')
  const drawChips = keyedChildren<Chip>(chips, (chip, index) => `${index} ${chip.text}`, createChip)
  let groupId: string | undefined
  const actions = actionButtons(action =>
    post(groupId === undefined ? { type: 'action', action } : { type: 'action', action, groupId }),
  )
  const chart = lagChart()
  const partitions = partitionTable()
  const head = element('div', 'detail-head', element('div', 'grow', name, chips), actions.node)
  const shown = element('div', 'shown-group', head, chart.node, partitions.node)
  const hint = element('p')
  const ring = progressRing()
  const nothing = element('div', 'state dim', ring, hint)
  const node = element('section', 'detail', nothing, shown)
  node.setAttribute('aria-label', strings.lagOverTime)

  return {
    node,
    update: snapshot => {
      const { selected } = snapshot
      setHidden(shown, selected === undefined)
      setHidden(nothing, selected !== undefined)
      setHidden(ring, snapshot.status.kind !== 'connecting')
      setText(hint, snapshot.groups.length === 0 ? strings.noGroups : strings.selectGroup)
      if (!selected) return
      groupId = selected.groupId
      setText(name, visibleName(selected.groupId))
      drawChips(selected.chips)
      actions.update(selected.actions ?? usualActions, selected.actions ? undefined : 'debug')
      chart.update(selected)
      partitions.update(selected)
    },
  }
}

function createChip(chip: Chip): { node: HTMLElement; update: (chip: Chip) => void } {
  const node = tag(visibleName(chip.text))
  return { node, update: ({ tone }) => setClass(node, tone === 'plain' ? 'tag' : `tag ${tone}`) }
}
