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
  return new VirtualRows(options)
}

class VirtualRows implements Rows {
  readonly node: HTMLElement
  readonly #options: RowsOptions
  readonly #id = `rows${++listsMade}`
  readonly #spacer = element('div', 'rows-spacer')
  readonly #headerHeightPx: number
  readonly #virtualizer: Virtualizer<HTMLElement, HTMLElement>
  readonly #draw: (indexes: readonly number[]) => void
  #count = 0
  /** Where the keyboard stands. */
  #active = 0
  #chosen: number | undefined

  constructor(options: RowsOptions) {
    this.#options = options
    this.#headerHeightPx = options.header?.heightPx ?? 0
    this.node = element('div', `rows ${options.className}`, options.header?.node, this.#spacer)
    this.#draw = keyedChildren<number>(this.#spacer, options.keyOf, () => this.#createRow())
    this.#virtualizer = new Virtualizer<HTMLElement, HTMLElement>({
      count: 0,
      getScrollElement: () => this.node,
      estimateSize: () => options.rowHeightPx,
      scrollToFn: elementScroll,
      observeElementRect,
      observeElementOffset,
      overscan: overscanRows,
      onChange: () => this.refresh(),
    })
    setAttribute(this.node, 'role', options.role)
    setAttribute(this.node, 'aria-label', options.label)
    setAttribute(this.#spacer, 'role', options.role === 'grid' ? 'rowgroup' : 'presentation')
    setStyle(this.node, '--row-height', `${options.rowHeightPx}px`)
    this.#listen()
  }

  setCount(next: number): void {
    const count = Math.min(next, rowsMax)
    if (count !== this.#count) {
      this.#count = count
      this.#active = Math.min(this.#active, Math.max(0, count - 1))
      setStyle(this.#spacer, 'height', `${count * this.#options.rowHeightPx}px`)
      this.#virtualizer.setOptions({ ...this.#virtualizer.options, count })
      if (this.#options.role === 'grid')
        setAttribute(this.node, 'aria-rowcount', String(count + (this.#headerHeightPx ? 1 : 0)))
    }
    this.#virtualizer._willUpdate()
    this.refresh()
  }

  refresh(): void {
    const inSight = this.#virtualizer.getVirtualItems().map(item => item.index)
    this.#draw(inSight)
    const first = inSight[0]
    const isActiveDrawn = first !== undefined && this.#active >= first && this.#active < first + inSight.length
    setAttribute(this.node, 'aria-activedescendant', isActiveDrawn ? `${this.#id}-${this.#active}` : undefined)
    if (first !== undefined) this.#options.onVisible?.(first, first + inSight.length)
  }

  choose(index: number | undefined): void {
    if (index === this.#chosen) return
    this.#chosen = index
    this.refresh()
  }

  scrollTo(index: number): void {
    const { rowHeightPx } = this.#options
    const start = index * rowHeightPx
    const shownPx = this.node.clientHeight - this.#headerHeightPx
    if (start < this.node.scrollTop) this.node.scrollTop = start
    else if (start + rowHeightPx > this.node.scrollTop + shownPx) this.node.scrollTop = start + rowHeightPx - shownPx
  }

  #createRow(): { node: HTMLElement; update: (index: number) => void } {
    const row = this.#options.createRow()
    row.node.classList.add('row')
    setAttribute(row.node, 'role', this.#options.role === 'listbox' ? 'option' : 'row')
    return {
      node: row.node,
      update: index => {
        this.#place(row.node, index)
        row.update(index)
      },
    }
  }

  #place(row: HTMLElement, index: number): void {
    const { role, rowHeightPx } = this.#options
    setAttribute(row, 'id', `${this.#id}-${index}`)
    setAttribute(row, 'data-index', String(index))
    setAttribute(row, 'aria-selected', String(index === this.#chosen))
    if (role === 'listbox') {
      setAttribute(row, 'aria-posinset', String(index + 1))
      setAttribute(row, 'aria-setsize', String(this.#count))
    } else setAttribute(row, 'aria-rowindex', String(index + (this.#headerHeightPx ? 2 : 1)))
    // A toggle that changes nothing still counts as a change of the attribute.
    if (row.classList.contains('active') !== (index === this.#active)) row.classList.toggle('active')
    setStyle(row, 'transform', `translateY(${index * rowHeightPx}px)`)
  }

  #listen(): void {
    const { node } = this
    node.tabIndex = 0
    node.addEventListener('keydown', event => {
      const target = nextActive(event.key, this.#active, this.#count, this.#pageRows())
      if (target !== undefined) this.#moveTo(target)
      else if ((event.key === 'Enter' || event.key === ' ') && this.#count > 0) this.#options.onActivate?.(this.#active)
      else return
      event.preventDefault()
    })
    node.addEventListener('focus', () => {
      // By keyboard only: a press of the pointer must not scroll the row away from under it.
      if (this.#count > 0 && node.matches(':focus-visible')) this.#moveTo(this.#chosen ?? this.#active)
    })
    node.addEventListener('click', event => {
      const row = event.target instanceof Element ? event.target.closest<HTMLElement>('.row') : null
      // Text of a row can be selected: that is no choice.
      if (!row || getSelection()?.isCollapsed === false) return
      this.#active = Number(row.dataset.index)
      this.refresh()
      this.#options.onActivate?.(this.#active)
    })
  }

  #moveTo(index: number): void {
    this.#active = Math.max(0, Math.min(this.#count - 1, index))
    this.scrollTo(this.#active)
    this.refresh()
  }

  #pageRows(): number {
    return Math.max(1, Math.floor((this.node.clientHeight - this.#headerHeightPx) / this.#options.rowHeightPx) - 1)
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
