/** The brokers: where they are, what they lead, which one is silent. */
import type { BrokerRow, OverviewSnapshot } from '../protocol.ts'
import { element, setAttribute, setClass, setText } from '../shared/dom.ts'
import { formatCount } from '../shared/numbers.ts'
import { type RowView, virtualRows } from '../shared/rows.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'
import { listFrame } from './list.ts'

const rowHeightPx = 40

export function brokerList(): { readonly node: HTMLElement; update(snapshot: OverviewSnapshot): void } {
  let all: readonly BrokerRow[] = []
  let shown: readonly BrokerRow[] = []
  const rows = virtualRows({
    role: 'listbox',
    label: strings.brokerList,
    className: 'broker-rows',
    rowHeightPx,
    keyOf: index => String(shown[index]?.nodeId),
    createRow: () => brokerRow(index => shown[index]),
  })
  const frame = listFrame({
    title: strings.brokerList,
    filterLabel: strings.filterBrokers,
    initialFilter: '',
    className: 'brokers',
    rows,
    rowHeightPx,
    extra: [],
    onFilter: () => draw(),
  })

  function draw(): void {
    const text = frame.filterText()
    shown = all.filter(({ nodeId, address }) => `${nodeId} ${address}`.toLowerCase().includes(text))
    frame.update({ shownCount: shown.length, allCount: all.length, empty: strings.noneYet })
    rows.setCount(shown.length)
  }

  return {
    node: frame.node,
    update: ({ brokers = [] }) => {
      all = brokers
      draw()
    },
  }
}

function brokerRow(rowAt: (index: number) => BrokerRow | undefined): RowView {
  const sign = element('span', 'sign')
  const name = element('span', 'name cut foreign')
  const led = element('span', 'number dim')
  const address = element('span', 'note cut dim foreign')
  const node = element('div', 'broker', sign, name, led, address)
  sign.setAttribute('role', 'img')
  return {
    node,
    update: index => {
      const row = rowAt(index)
      if (!row) return
      setText(sign, row.isSilent ? '▲' : '●')
      setClass(sign, row.isSilent ? 'sign bad' : 'sign ok')
      setAttribute(sign, 'aria-label', row.isSilent ? strings.silent : strings.connected)
      setText(
        name,
        [strings.leaderIs(String(row.nodeId)), row.isController ? strings.controller : ''].filter(Boolean).join(' · '),
      )
      setText(address, visibleName(row.address))
      setText(led, row.isSilent ? strings.silent : strings.leads(formatCount(row.leaderCount)))
      setAttribute(node, 'title', `${name.textContent} · ${address.textContent} · ${led.textContent}`)
    },
  }
}
