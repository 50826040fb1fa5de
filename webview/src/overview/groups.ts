/** The consumer groups: how each stands, how far behind it is, and why that is worth a look. */
import type { Host } from '../host.ts'
import type { GroupRow, OverviewSnapshot } from '../protocol.ts'
import { dropdown } from '../shared/controls.ts'
import { element, setAttribute, setClass, setText } from '../shared/dom.ts'
import { formatCount } from '../shared/numbers.ts'
import { type RowView, virtualRows } from '../shared/rows.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'
import { listFrame } from './list.ts'

const rowHeightPx = 44

/** Each status has a sign and a word beside its colour. */
const signs = {
  ok: { sign: '●', tone: 'ok' },
  warning: { sign: '◐', tone: 'warning' },
  bad: { sign: '▲', tone: 'bad' },
  unknown: { sign: '○', tone: 'dim' },
} as const

const trendSigns = { rising: '↑', falling: '↓', steady: '→' } as const

const kinds: Readonly<Record<string, { readonly label: string; readonly has: (group: GroupRow) => boolean }>> = {
  all: { label: strings.allGroups, has: () => true },
  attention: { label: strings.needAttention, has: group => group.status === 'warning' || group.status === 'bad' },
  behind: { label: strings.behindOnly, has: group => group.lag !== undefined && group.lag !== '0' },
  active: { label: strings.activeOnly, has: group => group.isActive !== false },
}

const kindChoices = Object.entries(kinds).map(([value, { label }]) => ({ value, label }))

export interface GroupList {
  readonly node: HTMLElement
  /** Marks a group's key as chosen, before the host has answered. */
  choose(key: string | undefined): void
  update(snapshot: OverviewSnapshot): void
}

export function groupList(host: Host, onChoose: () => void): GroupList {
  const kept = keptFilter(host.load())
  let kind = kept.kind
  let all: readonly GroupRow[] = []
  let shown: readonly GroupRow[] = []
  let chosenKey: string | undefined

  const rows = virtualRows({
    role: 'listbox',
    label: strings.groups,
    className: 'group-rows',
    rowHeightPx,
    keyOf: index => keyOf(shown[index]),
    createRow: () => groupRow(index => shown[index]),
    onActivate: index => {
      const group = shown[index]
      if (!group) return
      // Chosen at once; the numbers follow with the next snapshot.
      chosenKey = keyOf(group)
      rows.choose(index)
      onChoose()
      host.post({ type: 'selectGroup', groupId: chosenKey })
    },
  })
  const frame = listFrame({
    title: strings.groups,
    filterLabel: strings.filterGroups,
    initialFilter: kept.text,
    className: 'groups',
    rows,
    rowHeightPx,
    extra: [
      dropdown(strings.showGroups, kindChoices, kind, value => {
        kind = value
        filterAgain()
      }),
    ],
    onFilter: filterAgain,
  })

  function filterAgain(): void {
    host.save({ kind, text: frame.filterText() })
    draw()
  }

  function draw(): void {
    const text = frame.filterText()
    const has = kinds[kind]?.has ?? (() => true)
    shown = all.filter(group => has(group) && (text === '' || group.groupId.toLowerCase().includes(text)))
    const empty = all.length === 0 ? strings.noneYet : strings.noGroupMatches
    frame.update({ shownCount: shown.length, allCount: all.length, empty })
    const chosen = chosenKey === undefined ? -1 : shown.findIndex(group => keyOf(group) === chosenKey)
    rows.choose(chosen < 0 ? undefined : chosen)
    rows.setCount(shown.length)
  }

  return {
    node: frame.node,
    choose: key => {
      chosenKey = key
      draw()
    },
    update: ({ groups, selected, selectedTopic }) => {
      all = groups
      if (selected) chosenKey = selected.key ?? selected.groupId
      else if (selectedTopic) chosenKey = undefined
      draw()
    },
  }
}

function keyOf(group: GroupRow | undefined): string {
  return group?.key ?? group?.groupId ?? ''
}

function groupRow(groupAt: (index: number) => GroupRow | undefined): RowView {
  const sign = element('span', 'sign')
  sign.setAttribute('role', 'img')
  const name = element('span', 'name cut foreign')
  const lag = element('span', 'number')
  const note = element('span', 'note cut dim foreign')
  const word = element('span', 'word dim')
  const node = element('div', 'group', sign, name, lag, note, word)
  return {
    node,
    update: index => {
      const group = groupAt(index)
      if (!group) return
      const { sign: signText, tone } = signs[group.status]
      const text = lagOf(group)
      setText(sign, signText)
      setAttribute(sign, 'aria-label', strings.statusWord[group.status])
      setClass(sign, `sign ${tone}`)
      setText(name, visibleName(group.groupId))
      setText(lag, text.number)
      setClass(lag, `number ${text.tone}`)
      setText(note, visibleName([group.state, group.note].filter(Boolean).join(' · ')))
      setText(word, text.word)
      setAttribute(node, 'title', `${visibleName(group.groupId)}\n${factsOf(group)}`)
    },
  }
}

interface LagText {
  readonly number: string
  readonly word: string
  readonly tone: string
}

/** Never committed is not zero, caught up is not a number, and what retention took comes before what is left to read. */
function lagOf(group: GroupRow): LagText {
  const { tone } = signs[group.status]
  if (group.lost !== undefined && group.lost !== '0')
    return { number: strings.lost(formatCount(group.lost)), word: '', tone: 'bad' }
  if (group.isNeverCommitted) return { number: strings.never, word: '', tone: 'dim' }
  if (group.lag === undefined) return { number: '–', word: strings.notRead, tone: 'dim' }
  if (group.lag === '0' && !group.isPartial) return { number: strings.caughtUp, word: '', tone: 'ok' }
  const trend = group.trend === undefined ? '' : ` ${trendSigns[group.trend]}`
  const bound = group.isPartial ? (group.isUpperBound ? '≈ ' : '≥ ') : group.isUpperBound ? '≤ ' : ''
  return {
    number: `${bound}${formatCount(group.lag)}${trend}`,
    word: group.isPartial ? strings.partly : strings.stateWord.behind,
    tone: tone === 'ok' ? '' : tone,
  }
}

function factsOf(group: GroupRow): string {
  const trend = group.trend === undefined ? '' : strings[group.trend]
  return [strings.statusWord[group.status], trend, visibleName(group.note)].filter(Boolean).join(' · ')
}

function keptFilter({ kind, text }: Readonly<Record<string, unknown>>): { kind: string; text: string } {
  return {
    kind: typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kind : 'all',
    text: typeof text === 'string' ? text : '',
  }
}
