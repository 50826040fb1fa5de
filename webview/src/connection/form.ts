/** The fields of a connection. Which of them are seen follows from the protocol and the mechanism. */
import type { ConnectionField, ConnectionForm, ConnectionSecret, ConnectionSnapshot, ViewMessage } from '../protocol.ts'
import { button } from '../shared/controls.ts'
import { element, setHidden, setText } from '../shared/dom.ts'
import { checkInput, choiceInput, type TextInput, textInput } from '../shared/inputs.ts'
import { strings } from '../shared/strings.ts'
import { visibleBlock } from '../shared/visible.ts'

const words = strings.connection
const mechanisms = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
  oauthbearer: 'OAUTHBEARER',
} as const

type TextFieldName = Exclude<ConnectionField, 'protocol' | 'mechanism' | 'isReadOnly' | 'isServerVerified'>

interface FormView {
  readonly node: HTMLElement
  value(): ConnectionForm
  update(snapshot: ConnectionSnapshot): void
}

export function connectionForm(post: (message: ViewMessage) => void): FormView {
  const browse = (field: 'ca' | 'cert' | 'key'): HTMLElement => {
    const { node } = button(words.browse, () => post({ type: 'browse', field, form: value() }))
    node.setAttribute('aria-label', `${words.browse} ${words[field]}`)
    return node
  }
  const forgets = new Map<ConnectionSecret, HTMLElement>()
  const secret = (name: ConnectionSecret): TextInput => {
    const { node } = button(words.forget, () => post({ type: 'forgetSecret', secret: name, form: value() }))
    node.setAttribute('aria-label', `${words.forget} ${words[name]}`)
    forgets.set(name, node)
    return textInput({ label: words[name], isSecret: true, beside: node })
  }
  const fields: Readonly<Record<TextFieldName, TextInput>> = {
    name: textInput({ label: words.name }),
    brokers: textInput({ label: words.brokers, hint: words.brokersHint }),
    ca: textInput({ label: words.ca, hint: words.caHint, beside: browse('ca') }),
    cert: textInput({ label: words.cert, hint: words.certHint, beside: browse('cert'), onInput: () => arrange() }),
    key: textInput({ label: words.key, hint: words.keyHint, beside: browse('key'), onInput: () => arrange() }),
    keyText: secret('keyText'),
    passphrase: secret('passphrase'),
    username: textInput({ label: words.username }),
    password: secret('password'),
    token: secret('token'),
  }
  const protocol = choiceInput(words.protocol, words.protocols, () => arrange())
  const mechanism = choiceInput(words.mechanism, mechanisms, () => arrange())
  const isServerVerified = checkInput(words.verify, () => arrange())
  const isReadOnly = checkInput(words.readOnly, () => arrange())
  const clearText = element('p', 'warning', `▲ ${words.passwordInClear}`)
  const unverified = element('p', 'warning', `▲ ${words.unverified}`)
  const node = element('div', 'fields')

  function value(): ConnectionForm {
    const texts = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value()]))
    return {
      ...(texts as Record<TextFieldName, string>),
      protocol: protocol.value(),
      mechanism: mechanism.value(),
      isServerVerified: isServerVerified.value(),
      isReadOnly: isReadOnly.value(),
    }
  }

  const encryption = group(
    words.encryption,
    ...[fields.ca.node, isServerVerified.node, unverified, fields.cert.node, fields.key.node],
    ...[fields.keyText.node, fields.passphrase.node],
  )
  const login = group(
    words.login,
    ...[mechanism.node, fields.username.node, fields.password.node, fields.token.node, clearText],
  )
  node.append(
    group(words.address, fields.name.node, fields.brokers.node),
    group(words.security, protocol.node),
    encryption,
    login,
    group(words.changes, isReadOnly.node),
  )

  let stored: ReadonlySet<ConnectionSecret> = new Set()
  function arrange(): void {
    const form = value()
    const hasTls = form.protocol.endsWith('SSL')
    const hasSasl = form.protocol.startsWith('SASL')
    const hasCertificate = form.cert.trim() !== ''
    const isToken = form.mechanism === 'oauthbearer'
    const hasKeyText = form.keyText !== '' || stored.has('keyText')
    setHidden(encryption, !hasTls)
    setHidden(unverified, form.isServerVerified)
    setHidden(fields.key.node, !hasCertificate && form.key === '')
    // A key in the secret store, as an import leaves it; else a file is asked for.
    setHidden(fields.keyText.node, !hasCertificate || !hasKeyText)
    setHidden(fields.passphrase.node, !hasCertificate && form.key === '')
    setHidden(login, !hasSasl)
    // SCRAM proves that it knows the password without saying it.
    setHidden(clearText, hasTls || form.mechanism.startsWith('scram'))
    setHidden(fields.username.node, isToken)
    setHidden(fields.password.node, isToken)
    setHidden(fields.token.node, !isToken)
  }

  let revision = -1
  return {
    node,
    value,
    update: snapshot => {
      const { form, problems, storedSecrets } = snapshot
      stored = new Set(storedSecrets)
      if (snapshot.revision !== revision) {
        revision = snapshot.revision
        for (const [name, field] of Object.entries(fields)) field.setValue(form[name as TextFieldName])
        protocol.setValue(form.protocol)
        mechanism.setValue(form.mechanism)
        isServerVerified.setValue(form.isServerVerified)
        isReadOnly.setValue(form.isReadOnly)
      }
      for (const [name, field] of Object.entries(fields))
        field.setProblem(visibleBlock(problems[name as TextFieldName] ?? ''))
      for (const [name, forget] of forgets) {
        setHidden(forget, !stored.has(name))
        fields[name].setHint(stored.has(name) ? words.stored : words[`${name}Hint`])
      }
      arrange()
    },
  }
}

function group(title: string, ...children: HTMLElement[]): HTMLElement {
  const heading = element('h2', '', title)
  const node = element('section', 'group', heading, ...children)
  node.setAttribute('aria-label', title)
  return node
}

/** What an import could not take over. */
export function importNotes(): { readonly node: HTMLElement; update(notes: readonly string[]): void } {
  const list = element('ul', '')
  const node = element('section', 'notice', element('div', 'grow', element('p', '', words.notes), list))
  node.setAttribute('aria-label', words.notes)
  let shown = ''
  return {
    node,
    update: notes => {
      setHidden(node, notes.length === 0)
      const text = notes.join('\n')
      if (text === shown) return
      shown = text
      list.replaceChildren(
        ...notes.map(note => {
          const item = element('li', 'foreign')
          setText(item, visibleBlock(note))
          return item
        }),
      )
    },
  }
}
