/** Lists of any length: only the rows in sight exist. One keyboard and one screen reader behaviour for all of them. */
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core'
import { element, keyedChildren, setAttribute, setStyle } from './dom.ts'

/** Most rows of a list. Browsers end a scroll area at about 33 million pixels; a million rows of 30 stay below. */
export const rowsMax = 1_000_000

const overscanRows = 6

export interface RowView {
  readonly node: HTMLElement
  /** Draws the row at `index` as the data stands now. Changes only what differs. */
  readonly update: (index: number) => void
}

export interface RowsOptions {
  /** `listbox`: one is chosen. `grid`: rows of cells under a header. */
  readonly role: 'listbox' | 'grid'
  readonly label: string
  readonly className: string
  readonly rowHeightPx: number
  /** Stays on top while rows scroll; a `role="row"` of column headers. */
  readonly header?: { readonly node: HTMLElement; readonly heightPx: number }
  readonly createRow: () => RowView
  /** Rows keep their element, and so a selection in it, as long as their key is in sight. */
  readonly keyOf: (index: number) => string
  /** Enter, Space or a click that selects no text. */
  readonly onActivate?: (index: number) => void
  /** Rows `from` (inclusive) to `until` (exclusive) came into sight. */
  readonly onVisible?: (from: number, until: number) => void
}

export interface Rows {
  readonly node: HTMLElement
  /** Takes the number of rows of a new snapshot and draws those in sight. */
  setCount(count: number): void
  /** Draws the rows in sight again: their data changed. */
  refresh(): void
  /** Marks one row as chosen (`aria-selected`); `undefined` for none. */
  choose(index: number | undefined): void
  scrollTo(index: number): void
}

let listsMade = 0

/**
 * A virtual list. Focus stays on the list; the active row is told by `aria-activedescendant`, since a row that scrolls
 * out of sight leaves the document and would take a roving focus with it.
 *
 * @example
 * const rows = virtualRows({ role: 'listbox', label: 'Groups', className: 'groups', rowHeightPx: 40, createRow, keyOf })
 * parent.append(rows.node)
 * rows.setCount(2_200)
 */
export function virtualRows(options: RowsOptions): Rows {
  const id = `rows${++listsMade}`
  const headerHeightPx = options.header?.heightPx ?? 0
  const spacer = element('div', 'rows-spacer')
  const node = element('div', `rows ${options.className}`, options.header?.node, spacer)
  let count = 0
  let active = 0
  let chosen: number | undefined

  const draw = keyedChildren<number>(spacer, options.keyOf, () => {
    const row = options.createRow()
    row.node.classList.add('row')
    setAttribute(row.node, 'role', options.role === 'listbox' ? 'option' : 'row')
    return {
      node: row.node,
      update: index => {
        place(row.node, index)
        row.update(index)
      },
    }
  })

  const virtualizer = new Virtualizer<HTMLElement, HTMLElement>({
    count: 0,
    getScrollElement: () => node,
    estimateSize: () => options.rowHeightPx,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    overscan: overscanRows,
    onChange: () => refresh(),
  })

  function place(row: HTMLElement, index: number): void {
    setAttribute(row, 'id', `${id}-${index}`)
    setAttribute(
      row,
      options.role === 'listbox' ? 'aria-posinset' : 'aria-rowindex',
      String(index + (headerHeightPx ? 2 : 1)),
    )
    if (options.role === 'listbox') setAttribute(row, 'aria-setsize', String(count))
    setAttribute(row, 'aria-selected', String(index === chosen))
    setAttribute(row, 'data-index', String(index))
    // A toggle that changes nothing still counts as a change of the attribute.
    if (row.classList.contains('active') !== (index === active)) row.classList.toggle('active')
    setStyle(row, 'transform', `translateY(${index * options.rowHeightPx}px)`)
  }

  function refresh(): void {
    const inSight = virtualizer.getVirtualItems().map(item => item.index)
    draw(inSight)
    const first = inSight[0]
    const isActiveDrawn = first !== undefined && active >= first && active < first + inSight.length
    setAttribute(node, 'aria-activedescendant', isActiveDrawn ? `${id}-${active}` : undefined)
    if (first !== undefined) options.onVisible?.(first, first + inSight.length)
  }

  function setCount(next: number): void {
    const bounded = Math.min(next, rowsMax)
    if (bounded !== count) {
      count = bounded
      active = Math.min(active, Math.max(0, count - 1))
      setStyle(spacer, 'height', `${count * options.rowHeightPx}px`)
      virtualizer.setOptions({ ...virtualizer.options, count })
      if (options.role === 'grid') setAttribute(node, 'aria-rowcount', String(count + (headerHeightPx ? 1 : 0)))
    }
    virtualizer._willUpdate()
    refresh()
  }

  function scrollTo(index: number): void {
    const start = index * options.rowHeightPx
    const shownPx = node.clientHeight - headerHeightPx
    if (start < node.scrollTop) node.scrollTop = start
    else if (start + options.rowHeightPx > node.scrollTop + shownPx)
      node.scrollTop = start + options.rowHeightPx - shownPx
  }

  function moveTo(index: number): void {
    active = Math.max(0, Math.min(count - 1, index))
    scrollTo(active)
    refresh()
  }

  function pageRows(): number {
    return Math.max(1, Math.floor((node.clientHeight - headerHeightPx) / options.rowHeightPx) - 1)
  }

  setAttribute(node, 'role', options.role)
  setAttribute(node, 'aria-label', options.label)
  setAttribute(spacer, 'role', options.role === 'grid' ? 'rowgroup' : 'presentation')
  setStyle(node, '--row-height', `${options.rowHeightPx}px`)
  node.tabIndex = 0
  node.addEventListener('keydown', event => {
    const target = nextActive(event.key, active, count, pageRows())
    if (target !== undefined) moveTo(target)
    else if ((event.key === 'Enter' || event.key === ' ') && count > 0) options.onActivate?.(active)
    else return
    event.preventDefault()
  })
  node.addEventListener('focus', () => {
    // By keyboard only: a press of the pointer must not scroll the row away from under it.
    if (count > 0 && node.matches(':focus-visible')) moveTo(chosen ?? active)
  })
  node.addEventListener('click', event => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('.row') : null
    if (!row || getSelection()?.isCollapsed === false) return
    active = Number(row.dataset.index)
    refresh()
    options.onActivate?.(active)
  })
  return {
    node,
    setCount,
    refresh,
    scrollTo,
    choose: index => {
      if (index === chosen) return
      chosen = index
      refresh()
    },
  }
}

function nextActive(key: string, active: number, count: number, pageRows: number): number | undefined {
  if (count === 0) return undefined
  switch (key) {
    case 'ArrowDown':
      return active + 1
    case 'ArrowUp':
      return active - 1
    case 'PageDown':
      return active + pageRows
    case 'PageUp':
      return active - pageRows
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return undefined
  }
}
