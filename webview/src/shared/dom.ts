/** Just enough DOM: elements are made once, and a new snapshot changes only what differs. A selection in a cell that stays survives. */

export type Child = Node | string | undefined

/** `element('div', 'row dim', 'text')`. Strings become text nodes, never markup. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className = '',
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag)
  if (className !== '') made.className = className
  for (const child of children) if (child !== undefined) made.append(child)
  return made
}

/** Sets the text of an element that holds nothing but text. The text node stays the same, so a selection beside it stands. */
export function setText(target: Element, text: string): void {
  const node = target.firstChild
  if (node instanceof Text && node === target.lastChild) {
    if (node.data !== text) node.data = text
  } else if (node !== null || text !== '') target.textContent = text
}

export function setAttribute(target: Element, name: string, value: string | undefined): void {
  if (value === undefined) target.removeAttribute(name)
  else if (target.getAttribute(name) !== value) target.setAttribute(name, value)
}

export function setClass(target: Element, className: string): void {
  if (target.className !== className) target.className = className
}

export function setHidden(target: HTMLElement, isHidden: boolean): void {
  if (target.hidden !== isHidden) target.hidden = isHidden
}

/**
 * Through the CSSOM: the policy refuses style attributes, not this. What was written is remembered, since the browser
 * hands values back in another spelling (`0.500000` as `0.5`).
 */
export function setStyle(target: HTMLElement, property: string, value: string): void {
  const written = writtenStyles.get(target) ?? new Map<string, string>()
  if (written.get(property) === value) return
  writtenStyles.set(target, written.set(property, value))
  target.style.setProperty(property, value)
}

const writtenStyles = new WeakMap<HTMLElement, Map<string, string>>()

interface Keyed<Item> {
  readonly node: HTMLElement
  readonly update: (item: Item) => void
}

/**
 * Children of `parent` by key: a child whose key stays is updated in place, others are made or removed, none is moved without need.
 *
 * @returns a function that takes the items of the next snapshot
 */
export function keyedChildren<Item>(
  parent: HTMLElement,
  keyOf: (item: Item, index: number) => string,
  create: (item: Item) => Keyed<Item>,
): (items: readonly Item[]) => void {
  let shown = new Map<string, Keyed<Item>>()
  return items => {
    const next = new Map<string, Keyed<Item>>()
    items.forEach((item, index) => {
      const key = keyOf(item, index)
      next.set(key, shown.get(key) ?? create(item))
    })
    for (const [key, { node }] of shown) if (!next.has(key)) node.remove()
    let place = parent.firstChild
    for (const { node } of next.values()) {
      if (node === place) place = node.nextSibling
      else parent.insertBefore(node, place)
    }
    shown = next
    items.forEach((item, index) => {
      next.get(keyOf(item, index))?.update(item)
    })
  }
}
