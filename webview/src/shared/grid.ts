/** What all tables share (ARIA's grid pattern): the header row, and the cells below it. */
import { type Child, element } from './dom.ts'

export interface GridColumn {
  readonly content: Child | readonly Child[]
  readonly isNumber: boolean
}

/** `className` gives the rows below the same columns. */
export function gridHeader(columns: readonly GridColumn[], className: string): HTMLElement {
  const cells = columns.map(({ content, isNumber }) => {
    const cell = element('span', isNumber ? 'number' : '', ...[content].flat())
    cell.setAttribute('role', 'columnheader')
    return cell
  })
  const node = element('div', `head ${className} dim`, ...cells)
  node.setAttribute('role', 'row')
  node.setAttribute('aria-rowindex', '1')
  return node
}

export function gridCell(className: string, ...children: Child[]): HTMLElement {
  const cell = element('span', className, ...children)
  cell.setAttribute('role', 'gridcell')
  return cell
}
