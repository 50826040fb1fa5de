/** A button that opens a menu. What cannot be chosen now stays in it, greyed, with the reason: by pointer and by keyboard. */
import { button } from './controls.ts'
import { element, keyedChildren, setAttribute, setClass, setHidden, setStyle, setText } from './dom.ts'

export interface MenuItem {
  readonly id: string
  readonly label: string
  /** What it does, what to know before, or why it cannot be chosen. */
  readonly note?: string | undefined
  readonly isEnabled: boolean
}

export interface MenuControl {
  readonly node: HTMLElement
  update(items: readonly MenuItem[], isEnabled: boolean): void
}

let menusMade = 0

/** @param onChoose is told the id of an item that can be chosen */
export function menuButton(label: string, onChoose: (id: string) => void): MenuControl {
  const id = `menu${++menusMade}`
  const list = element('div', 'menu')
  list.id = id
  list.hidden = true
  list.setAttribute('role', 'menu')
  list.setAttribute('aria-label', label)
  const opener = button(label, () => (list.hidden ? open() : close()))
  opener.node.setAttribute('aria-haspopup', 'menu')
  opener.node.setAttribute('aria-expanded', 'false')
  const node = element('div', 'menu-button', opener.node, list)
  const draw = keyedChildren<MenuItem>(
    list,
    item => item.id,
    () => menuItem(item => choose(item)),
  )

  function choose(item: MenuItem): void {
    if (!item.isEnabled) return
    close()
    onChoose(item.id)
  }

  function open(): void {
    setHidden(list, false)
    setAttribute(opener.node, 'aria-expanded', 'true')
    placeInView(list, node)
    focusItem(list, 0)
    document.addEventListener('pointerdown', closeOutside, { capture: true })
  }

  function close(): void {
    if (list.hidden) return
    const hadFocus = list.contains(document.activeElement)
    setHidden(list, true)
    setAttribute(opener.node, 'aria-expanded', 'false')
    document.removeEventListener('pointerdown', closeOutside, { capture: true })
    if (hadFocus) opener.node.focus()
  }

  function closeOutside(event: Event): void {
    if (!(event.target instanceof Node && node.contains(event.target))) close()
  }

  node.addEventListener('focusout', event => {
    if (!(event.relatedTarget instanceof Node && node.contains(event.relatedTarget))) close()
  })
  node.addEventListener('keydown', event => {
    if (list.hidden) {
      if (event.key !== 'ArrowDown' || opener.node.hasAttribute('disabled')) return
      open()
    } else if (event.key === 'Escape') close()
    else if (!moveFocus(list, event.key)) return
    event.preventDefault()
    event.stopPropagation()
  })
  return {
    node,
    update: (items, isEnabled) => {
      opener.setEnabled(isEnabled)
      if (!isEnabled) close()
      draw(items)
    },
  }
}

function menuItem(onChoose: (item: MenuItem) => void): { readonly node: HTMLElement; update(item: MenuItem): void } {
  const name = element('span')
  const note = element('span', 'dim note')
  const node = element('div', 'menu-item', name, note)
  node.tabIndex = -1
  node.setAttribute('role', 'menuitem')
  let shown: MenuItem | undefined
  const choose = (): void => {
    if (shown) onChoose(shown)
  }
  node.addEventListener('click', choose)
  node.addEventListener('keydown', event => {
    if (event.key !== 'Enter' && event.key !== ' ') return
    event.preventDefault()
    choose()
  })
  return {
    node,
    update: item => {
      shown = item
      setText(name, item.label)
      setText(note, item.note ?? '')
      setHidden(note, !item.note)
      setClass(node, item.isEnabled ? 'menu-item' : 'menu-item unavailable')
      setAttribute(node, 'aria-disabled', String(!item.isEnabled))
    },
  }
}

/** Below its button, and never out of the page. */
function placeInView(list: HTMLElement, button: HTMLElement): void {
  const { left } = button.getBoundingClientRect()
  const overhang = left + list.offsetWidth - (document.documentElement.clientWidth - 8)
  setStyle(list, 'left', `${-Math.max(0, Math.min(overhang, left - 8))}px`)
}

function focusItem(list: HTMLElement, index: number): void {
  const items = [...list.children]
  const at = (index + items.length) % Math.max(1, items.length)
  const item = items[at]
  if (item instanceof HTMLElement) item.focus()
}

function moveFocus(list: HTMLElement, key: string): boolean {
  const at = [...list.children].indexOf(document.activeElement as Element)
  const targets: Readonly<Record<string, number>> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }
  const target = targets[key]
  if (target === undefined) return false
  focusItem(list, target)
  return true
}
