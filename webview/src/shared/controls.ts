/** Thin controls of our own around `@vscode/webview-ui-toolkit`: the rest of the panels knows these, not the toolkit, which is no longer maintained. */
import {
  type Button,
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeLink,
  vsCodeOption,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit'
import { element, setAttribute } from './dom.ts'

let isRegistered = false

/** Registers the custom elements. Once for a page, before the first control is made. */
export function registerControls(): void {
  if (isRegistered) return
  isRegistered = true
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeLink(),
    vsCodeOption(),
    vsCodeTextField(),
  )
}

export interface ButtonControl {
  readonly node: HTMLElement
  setLabel(label: string): void
  setEnabled(isEnabled: boolean): void
  setPrimary(isPrimary: boolean): void
}

export interface ButtonOptions {
  readonly isPrimary?: boolean
  /** Keyboard shortcut, written on the button and told to screen readers. */
  readonly key?: string | undefined
}

/** A button. Its label is a bare text: the toolkit sizes a slotted `span` as an icon. */
export function button(
  label: string,
  onPress: () => void,
  { isPrimary = false, key }: ButtonOptions = {},
): ButtonControl {
  const node = document.createElement('vscode-button') as Button
  const text = document.createTextNode(label)
  node.append(text)
  if (key !== undefined) {
    node.append(element('kbd', '', key))
    node.setAttribute('aria-keyshortcuts', key)
  }
  const setPrimary = (primary: boolean): void => {
    // The property, not the attribute: once connected, the toolkit's button writes its property over the attribute.
    const appearance = primary ? 'primary' : 'secondary'
    if (node.appearance !== appearance) node.appearance = appearance
  }
  setPrimary(isPrimary)
  node.addEventListener('click', () => {
    if (!node.hasAttribute('disabled')) onPress()
  })
  return {
    node,
    setLabel: next => {
      if (text.data !== next) text.data = next
    },
    setEnabled: isEnabled => setAttribute(node, 'disabled', isEnabled ? undefined : ''),
    setPrimary,
  }
}

/** A one-line text field that reports each change. */
export function textField(label: string, value: string, onInput: (text: string) => void): HTMLElement {
  const node = document.createElement('vscode-text-field')
  // The toolkit takes the accessible name from the content, and would replace an `aria-label` of ours by "Text field".
  node.textContent = label
  node.setAttribute('placeholder', label)
  node.setAttribute('value', value)
  node.setAttribute('maxlength', '300')
  node.addEventListener('input', () => onInput('value' in node ? String(node.value) : ''))
  return node
}

export interface Choice {
  readonly value: string
  readonly label: string
}

/** A choice of one out of a few. */
export function dropdown(
  label: string,
  choices: readonly Choice[],
  value: string,
  onChange: (value: string) => void,
): HTMLElement {
  const node = document.createElement('vscode-dropdown')
  node.setAttribute('aria-label', label)
  for (const choice of choices) {
    const option = document.createElement('vscode-option')
    option.setAttribute('value', choice.value)
    option.textContent = choice.label
    if (choice.value === value) option.setAttribute('selected', '')
    node.append(option)
  }
  node.addEventListener('change', () => onChange('value' in node ? String(node.value) : ''))
  return node
}

export function checkbox(label: string, isChecked: boolean, onChange: (isChecked: boolean) => void): HTMLElement {
  const node = document.createElement('vscode-checkbox')
  node.textContent = label
  if (isChecked) node.setAttribute('checked', '')
  node.addEventListener('change', () => onChange('checked' in node && node.checked === true))
  return node
}

// The toolkit's progress ring, tag and badge set style attributes, which the policy refuses: these two are ours.

/** A ring that turns while something is awaited; the words beside it say what. */
export function progressRing(): HTMLElement {
  const node = element('div', 'ring')
  node.setAttribute('aria-hidden', 'true')
  return node
}

/** A short fact in a rounded frame. */
export function tag(text: string): HTMLElement {
  return element('span', 'tag', text)
}
