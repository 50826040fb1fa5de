/** A titled list that scrolls on its own, with a filter once it is too long to be read at a glance. */
import { textField } from '../shared/controls.ts'
import { element, setHidden, setStyle, setText } from '../shared/dom.ts'
import { formatCount } from '../shared/numbers.ts'
import type { Rows } from '../shared/rows.ts'
import { strings } from '../shared/strings.ts'

/** Up to here no filter is shown. */
const glanceRowsMax = 12

export interface ListFrame {
  readonly node: HTMLElement
  /** Lower case, trimmed; empty when nothing is filtered. */
  readonly filterText: () => string
  update(shape: ListShape): void
}

export interface ListShape {
  readonly shownCount: number
  readonly allCount: number
  /** Said when no row is shown. */
  readonly empty: string
}

export interface ListFrameOptions {
  readonly title: string
  readonly filterLabel: string
  readonly initialFilter: string
  readonly className: string
  readonly rows: Rows
  readonly rowHeightPx: number
  /** Controls beside the filter. */
  readonly extra: readonly HTMLElement[]
  readonly onFilter: (text: string) => void
}

export function listFrame(options: ListFrameOptions): ListFrame {
  let filter = options.initialFilter
  const count = element('span', 'dim')
  const field = textField(options.filterLabel, filter, text => {
    filter = text
    options.onFilter(text)
  })
  const tools = element('div', 'tools', field, ...options.extra)
  const empty = element('p', 'quiet')
  const head = element('div', 'list-head', element('h2', '', options.title), count)
  const node = element('section', `list ${options.className}`, head, tools, empty, options.rows.node)
  return {
    node,
    filterText: () => filter.trim().toLowerCase(),
    update: ({ shownCount, allCount, empty: reason }) => {
      const isFiltered = shownCount !== allCount
      setText(
        count,
        isFiltered ? strings.shownOf(formatCount(shownCount), formatCount(allCount)) : formatCount(allCount),
      )
      setHidden(tools, allCount <= glanceRowsMax && !isFiltered && filter === '')
      setHidden(empty, shownCount > 0)
      setHidden(options.rows.node, shownCount === 0)
      setText(empty, reason)
      setStyle(node, '--wanted', `${shownCount * options.rowHeightPx}px`)
    },
  }
}
