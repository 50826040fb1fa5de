/** Short facts under a name. */
import type { Chip } from '../protocol.ts'
import { tag } from '../shared/controls.ts'
import { setClass } from '../shared/dom.ts'
import { visibleName } from '../shared/visible.ts'

export function createChip(chip: Chip): { node: HTMLElement; update: (chip: Chip) => void } {
  const node = tag(visibleName(chip.text))
  return { node, update: ({ tone }) => setClass(node, tone === 'plain' ? 'tag' : `tag ${tone}`) }
}
