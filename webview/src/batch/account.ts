/** What a fault did to each record of the batch it met: repeated, lost or held, and the rule that explains it. */
import type { AccountView } from '../protocol.ts'
import { element, setClass, setText } from '../shared/dom.ts'
import { gridCell, gridHeader } from '../shared/grid.ts'
import { distance, formatCount, toBigInt } from '../shared/numbers.ts'
import { type RowView, virtualRows } from '../shared/rows.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'

const rowHeightPx = 26
const headerHeightPx = 28
const columns = ['place', 'offset', 'fate', 'why'] as const

type Row = AccountView['rows'][number]

export const fates = {
  held: { sign: '✓', tone: 'ok' },
  repeated: { sign: '↺', tone: 'warning' },
  lost: { sign: '✕', tone: 'bad' },
} as const

export function accountTable(): { readonly node: HTMLElement; update(account: AccountView): void } {
  let rows: readonly Row[] = []
  /** Index of each row's first offset among all offsets. */
  let starts: number[] = []
  const list = virtualRows({
    role: 'grid',
    label: strings.accountTitle,
    className: 'account-rows',
    rowHeightPx,
    header: { node: headerRow(), heightPx: headerHeightPx },
    keyOf: index => String(index),
    createRow: () => accountRow(index => offsetAt(rows, starts, index)),
  })
  return {
    node: element('section', 'account', list.node),
    update: account => {
      if (account.rows === rows) return
      rows = account.rows
      let total = 0
      starts = rows.map(({ range }) => {
        const start = total
        total += Number(distance(range.fromOffset, range.untilOffset))
        return start
      })
      list.setCount(total)
      list.refresh()
    },
  }
}

function offsetAt(
  rows: readonly Row[],
  starts: readonly number[],
  index: number,
): { readonly row: Row; readonly offset: string } | undefined {
  const at = starts.findLastIndex(start => start <= index)
  const row = rows[at]
  const start = starts[at]
  if (!row || start === undefined) return undefined
  return { row, offset: String(toBigInt(row.range.fromOffset) + BigInt(index - start)) }
}

function headerRow(): HTMLElement {
  return gridHeader(
    columns.map(column => ({ content: strings.accountColumn[column], isNumber: column === 'offset' })),
    'account-columns',
  )
}

function accountRow(find: (index: number) => ReturnType<typeof offsetAt>): RowView {
  const place = gridCell('cut foreign')
  const offset = gridCell('number')
  const fate = gridCell('cut')
  const why = gridCell('cut')
  return {
    node: element('div', 'account-columns', place, offset, fate, why),
    update: index => {
      const found = find(index)
      if (!found) return
      const { range, fate: what, why: words } = found.row
      setText(place, `${visibleName(range.topic)}/${range.partition}`)
      setText(offset, formatCount(found.offset))
      setText(fate, `${fates[what].sign} ${strings.fate[what]}`)
      setClass(fate, `cut ${fates[what].tone}`)
      setText(why, words)
      why.title = words
    },
  }
}
