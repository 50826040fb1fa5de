/** What the tables share: a header row of cells. */
import { element } from '../shared/dom.ts'

export function headerOf(
  columns: readonly { readonly text: string; readonly isNumber: boolean }[],
  className: string,
): HTMLElement {
  const cells = columns.map(({ text, isNumber }) => {
    const cell = element('span', isNumber ? 'number' : '', text)
    cell.setAttribute('role', 'columnheader')
    return cell
  })
  const node = element('div', `head ${className} dim`, ...cells)
  node.setAttribute('role', 'row')
  node.setAttribute('aria-rowindex', '1')
  return node
}
