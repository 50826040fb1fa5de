/** The theme's colours for what CSS cannot paint: the canvas of the chart. */

const listeners: (() => void)[] = []
let colors = new Map<string, string>()

/** The colour of a custom property as a canvas takes it: `rgb(...)`. Read once per theme. */
export function themeColor(property: string): string {
  const known = colors.get(property)
  if (known !== undefined) return known
  // A property may hold `color-mix(...)` of others: the computed colour of an element resolves it.
  const probe = document.createElement('span')
  probe.style.color = `var(${property})`
  document.body.append(probe)
  const color = getComputedStyle(probe).color
  probe.remove()
  colors.set(property, color)
  return color
}

/** Calls back when VS Code changes its theme: it rewrites the style of `html` and the classes of `body`. */
export function onThemeChange(listener: () => void): void {
  listeners.push(listener)
  if (listeners.length > 1) return
  const observer = new MutationObserver(() => {
    colors = new Map()
    for (const each of listeners) each()
  })
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] })
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] })
}
