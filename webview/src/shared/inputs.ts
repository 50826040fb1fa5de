/** Labelled inputs of a form, on the toolkit's: label above, hint and problem below, a value that the host may set. */
import { element, setAttribute, setHidden, setText } from './dom.ts'

export interface Input<Value> {
  readonly node: HTMLElement
  value(): Value
  setValue(value: Value): void
}

export interface TextInput extends Input<string> {
  /** Empty: nothing is wrong. */
  setProblem(problem: string): void
  setHint(hint: string): void
}

export interface TextInputOptions {
  readonly label: string
  readonly hint?: string
  readonly isSecret?: boolean
  /** Shown behind the field: a button. */
  readonly beside?: HTMLElement | undefined
  readonly onInput?: () => void
}

/** PEM texts are the longest that anybody pastes. */
const lengthMax = 64_000

export function textInput({ label, hint = '', isSecret = false, beside, onInput }: TextInputOptions): TextInput {
  const field = document.createElement('vscode-text-field')
  // The toolkit takes the accessible name from the content; what is seen is the label above.
  field.textContent = label
  field.setAttribute('maxlength', String(lengthMax))
  if (isSecret) field.setAttribute('type', 'password')
  if (onInput) field.addEventListener('input', onInput)
  const hintLine = element('p', 'hint dim', hint)
  const problemLine = element('p', 'problem bad')
  // Read out when it appears: the field is in a shadow tree, which no `aria-describedby` reaches into.
  problemLine.setAttribute('role', 'alert')
  setHidden(problemLine, true)
  setHidden(hintLine, hint === '')
  const caption = element('span', 'caption', label)
  caption.setAttribute('aria-hidden', 'true')
  const node = element('div', 'field', caption, element('div', 'entry', field, beside), hintLine, problemLine)
  return {
    node,
    value: () => ('value' in field ? String(field.value ?? '') : ''),
    setValue: value => Object.assign(field, { value }),
    setProblem: problem => {
      setHidden(problemLine, problem === '')
      setText(problemLine, problem === '' ? '' : `▲ ${problem}`)
      setAttribute(field, 'aria-invalid', problem === '' ? undefined : 'true')
    },
    setHint: text => {
      setHidden(hintLine, text === '')
      setText(hintLine, text)
    },
  }
}

export function choiceInput<Value extends string>(
  label: string,
  choices: Readonly<Record<Value, string>>,
  onChange: () => void,
): Input<Value> {
  const field = document.createElement('vscode-dropdown')
  field.setAttribute('aria-label', label)
  for (const [value, text] of Object.entries<string>(choices)) {
    const option = document.createElement('vscode-option')
    option.setAttribute('value', value)
    option.textContent = text
    field.append(option)
  }
  field.addEventListener('change', onChange)
  const caption = element('span', 'caption', label)
  caption.setAttribute('aria-hidden', 'true')
  let known = Object.keys(choices)[0] as Value
  return {
    node: element('div', 'field', caption, field),
    value: () => {
      // Before the toolkit has met its options it has no value: what was set stands.
      const shown = 'value' in field ? String(field.value) : ''
      return shown in choices ? (shown as Value) : known
    },
    setValue: value => {
      known = value
      Object.assign(field, { value })
    },
  }
}

export function checkInput(label: string, onChange: () => void): Input<boolean> {
  const field = document.createElement('vscode-checkbox')
  field.textContent = label
  field.addEventListener('change', onChange)
  return {
    node: element('div', 'field', field),
    value: () => 'checked' in field && field.checked === true,
    setValue: isChecked => Object.assign(field, { checked: isChecked }),
  }
}
