/** A strip of tabs: one page of several is shown. Arrow keys move along it, as in the editor's own. */
import { element, setAttribute, setClass, setHidden, setText } from './dom.ts'

export interface Tab {
  readonly id: string
  readonly label: string
  readonly page: HTMLElement
}

export interface Tabs {
  readonly node: HTMLElement
  choose(id: string): void
  /** Hides a tab that has nothing to say; where it was chosen, the first one that is shown takes its place. */
  setTab(id: string, tab: { readonly count: string; readonly isHidden: boolean }): void
}

let stripsMade = 0

export function tabs(label: string, all: readonly Tab[]): Tabs {
  const prefix = `tabs${++stripsMade}`
  const strip = element('div', 'tabs')
  const counts = new Map<string, HTMLElement>()
  const buttons = all.map(tab => {
    const count = element('span', 'dim')
    const button = element('button', 'tab', tab.label, ' ', count)
    counts.set(tab.id, count)
    button.type = 'button'
    button.id = `${prefix}-${tab.id}`
    button.setAttribute('role', 'tab')
    button.setAttribute('aria-controls', `${prefix}-${tab.id}-page`)
    button.addEventListener('click', () => choose(tab.id))
    strip.append(button)
    return { ...tab, button }
  })
  const pages = all.map(({ id, page }) => {
    const node = element('div', 'tab-page', page)
    node.id = `${prefix}-${id}-page`
    node.setAttribute('role', 'tabpanel')
    node.setAttribute('aria-labelledby', `${prefix}-${id}`)
    return node
  })
  strip.setAttribute('role', 'tablist')
  strip.setAttribute('aria-label', label)
  strip.addEventListener('keydown', event => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const open = buttons.filter(({ button }) => !button.hidden)
    const at = open.findIndex(({ button }) => button === document.activeElement)
    const next = open[(at + step + open.length) % open.length]
    if (step === 0 || at < 0 || !next) return
    event.preventDefault()
    choose(next.id)
    next.button.focus()
  })
  let chosen = all[0]?.id

  function choose(id: string): void {
    chosen = id
    draw()
  }

  function draw(): void {
    buttons.forEach(({ id, button }, index) => {
      const isChosen = id === chosen
      setAttribute(button, 'aria-selected', String(isChosen))
      setAttribute(button, 'tabindex', isChosen ? '0' : '-1')
      setClass(button, isChosen ? 'tab chosen' : 'tab')
      const page = pages[index]
      if (page) setHidden(page, !isChosen)
    })
  }

  draw()
  return {
    node: element('div', 'tabbed', strip, ...pages),
    choose,
    setTab: (id, { count, isHidden }) => {
      const button = buttons.find(tab => tab.id === id)?.button
      const node = counts.get(id)
      if (!button || !node) return
      setText(node, count)
      setHidden(button, isHidden)
      const isChosenShown = buttons.some(tab => tab.id === chosen && !tab.button.hidden)
      const first = buttons.find(tab => !tab.button.hidden)
      if (!isChosenShown && first) choose(first.id)
    },
  }
}
