/** The members of a group: who they are, where they run, what is assigned to them. */
import type { MemberRow } from '../protocol.ts'
import { element, setAttribute, setHidden, setStyle, setText } from '../shared/dom.ts'
import { gridCell, gridHeader } from '../shared/grid.ts'
import { formatCount } from '../shared/numbers.ts'
import { type RowView, virtualRows } from '../shared/rows.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'

const rowHeightPx = 28
const headerHeightPx = 28
const columns = ['client', 'host', 'member', 'assigned', 'assignment'] as const
/** Partitions of a topic that are named; more are counted. */
const partitionsNamedMax = 24

export function memberTable(): { readonly node: HTMLElement; update(members: readonly MemberRow[]): void } {
  let all: readonly MemberRow[] = []
  const rows = virtualRows({
    role: 'grid',
    label: strings.members,
    className: 'member-rows',
    rowHeightPx,
    header: {
      node: gridHeader(
        columns.map(column => ({ content: strings.memberColumn[column], isNumber: column === 'assigned' })),
        'member-columns',
      ),
      heightPx: headerHeightPx,
    },
    keyOf: index => all[index]?.memberId ?? '',
    createRow: () => memberRow(index => all[index]),
  })
  const empty = element('p', 'dim', strings.noMembers)
  const node = element('section', 'table-page', empty, rows.node)
  return {
    node,
    update: members => {
      all = members
      setHidden(empty, members.length > 0)
      setHidden(rows.node, members.length === 0)
      setStyle(node, '--wanted', `${members.length * rowHeightPx + headerHeightPx + 10}px`)
      rows.setCount(members.length)
    },
  }
}

function memberRow(memberAt: (index: number) => MemberRow | undefined): RowView {
  const client = gridCell('cut foreign')
  const host = gridCell('cut dim foreign')
  const member = gridCell('cut dim foreign')
  const count = gridCell('number')
  const assignment = gridCell('cut foreign')
  return {
    node: element('div', 'member-columns', client, host, member, count, assignment),
    update: index => {
      const row = memberAt(index)
      if (!row) return
      const name = row.instanceId === undefined ? row.memberId : strings.staticMember(visibleName(row.instanceId))
      const held = row.assignment.reduce((sum, { partitions }) => sum + partitions.length, 0)
      setText(client, visibleName(row.clientId))
      setText(host, visibleName(row.host))
      setText(member, visibleName(name))
      setText(count, formatCount(held))
      setText(
        assignment,
        row.assignment.length === 0 ? strings.nothingAssigned : row.assignment.map(assigned).join(' · '),
      )
      for (const each of [client, host, member, assignment]) setAttribute(each, 'title', each.textContent ?? '')
    },
  }
}

function assigned({ topic, partitions }: MemberRow['assignment'][number]): string {
  const named = partitions.slice(0, partitionsNamedMax).join(', ')
  const more = partitions.length - partitionsNamedMax
  return `${visibleName(topic)}: ${named}${more > 0 ? ` ${strings.andMore(formatCount(more))}` : ''}`
}
