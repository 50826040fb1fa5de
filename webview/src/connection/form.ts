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
  return new Form(post)
}

class Form implements FormView {
  readonly node = element('div', 'fields')
  readonly #post: (message: ViewMessage) => void
  readonly #forgets = new Map<ConnectionSecret, HTMLElement>()
  readonly #fields: Readonly<Record<TextFieldName, TextInput>>
  readonly #protocol = choiceInput(words.protocol, words.protocols, () => this.#arrange())
  readonly #mechanism = choiceInput(words.mechanism, mechanisms, () => this.#arrange())
  readonly #isServerVerified = checkInput(words.verify, () => this.#arrange())
  readonly #isReadOnly = checkInput(words.readOnly, () => this.#arrange())
  readonly #clearText = element('p', 'warning', `▲ ${words.passwordInClear}`)
  readonly #unverified = element('p', 'warning', `▲ ${words.unverified}`)
  readonly #encryption: HTMLElement
  readonly #login: HTMLElement
  #stored: ReadonlySet<ConnectionSecret> = new Set()
  #revision = -1

  constructor(post: (message: ViewMessage) => void) {
    this.#post = post
    const fields = this.#makeFields()
    this.#fields = fields
    this.#encryption = group(
      words.encryption,
      ...[fields.ca.node, this.#isServerVerified.node, this.#unverified, fields.cert.node],
      ...[fields.key.node, fields.keyText.node, fields.passphrase.node],
    )
    this.#login = group(
      words.login,
      ...[this.#mechanism.node, fields.username.node, fields.password.node, fields.tokenEndpoint.node],
      ...[fields.clientId.node, fields.clientSecret.node, fields.scope.node, fields.token.node, this.#clearText],
    )
    this.node.append(
      group(words.address, fields.name.node, fields.brokers.node),
      group(words.security, this.#protocol.node),
      this.#encryption,
      this.#login,
      group(words.changes, this.#isReadOnly.node),
    )
  }

  value(): ConnectionForm {
    const texts = Object.fromEntries(Object.entries(this.#fields).map(([name, field]) => [name, field.value()]))
    return {
      ...(texts as Record<TextFieldName, string>),
      protocol: this.#protocol.value(),
      mechanism: this.#mechanism.value(),
      isServerVerified: this.#isServerVerified.value(),
      isReadOnly: this.#isReadOnly.value(),
    }
  }

  update({ form, revision, problems, storedSecrets }: ConnectionSnapshot): void {
    this.#stored = new Set(storedSecrets)
    if (revision !== this.#revision) {
      this.#revision = revision
      for (const [name, field] of Object.entries(this.#fields)) field.setValue(form[name as TextFieldName])
      this.#protocol.setValue(form.protocol)
      this.#mechanism.setValue(form.mechanism)
      this.#isServerVerified.setValue(form.isServerVerified)
      this.#isReadOnly.setValue(form.isReadOnly)
    }
    for (const [name, field] of Object.entries(this.#fields))
      field.setProblem(visibleBlock(problems[name as TextFieldName] ?? ''))
    for (const [name, forget] of this.#forgets) {
      setHidden(forget, !this.#stored.has(name))
      this.#fields[name].setHint(this.#stored.has(name) ? words.stored : words[`${name}Hint`])
    }
    this.#arrange()
  }

  #makeFields(): Readonly<Record<TextFieldName, TextInput>> {
    const onInput = (): void => this.#arrange()
    return {
      name: textInput({ label: words.name }),
      brokers: textInput({ label: words.brokers, hint: words.brokersHint }),
      ca: textInput({ label: words.ca, hint: words.caHint, beside: this.#browse('ca') }),
      cert: textInput({ label: words.cert, hint: words.certHint, beside: this.#browse('cert'), onInput }),
      key: textInput({ label: words.key, hint: words.keyHint, beside: this.#browse('key'), onInput }),
      keyText: this.#secret('keyText'),
      passphrase: this.#secret('passphrase'),
      username: textInput({ label: words.username }),
      password: this.#secret('password'),
      tokenEndpoint: textInput({ label: words.tokenEndpoint, hint: words.tokenEndpointHint, onInput }),
      clientId: textInput({ label: words.clientId }),
      clientSecret: this.#secret('clientSecret'),
      scope: textInput({ label: words.scope, hint: words.scopeHint }),
      token: this.#secret('token'),
    }
  }

  #browse(field: 'ca' | 'cert' | 'key'): HTMLElement {
    const { node } = button(words.browse, () => this.#post({ type: 'browse', field, form: this.value() }))
    node.setAttribute('aria-label', `${words.browse} ${words[field]}`)
    return node
  }

  #secret(secret: ConnectionSecret): TextInput {
    const { node } = button(words.forget, () => this.#post({ type: 'forgetSecret', secret, form: this.value() }))
    node.setAttribute('aria-label', `${words.forget} ${words[secret]}`)
    this.#forgets.set(secret, node)
    return textInput({ label: words[secret], isSecret: true, beside: node })
  }

  /** Only what the protocol and the mechanism ask for is seen. */
  #arrange(): void {
    const form = this.value()
    const fields = this.#fields
    const hasTls = form.protocol.endsWith('SSL')
    const hasCertificate = form.cert.trim() !== ''
    const isToken = form.mechanism === 'oauthbearer'
    const isTokenFetched = form.tokenEndpoint.trim() !== ''
    const hasKeyText = form.keyText !== '' || this.#stored.has('keyText')
    setHidden(this.#encryption, !hasTls)
    setHidden(this.#unverified, form.isServerVerified)
    setHidden(fields.key.node, !hasCertificate && form.key === '')
    // A key in the secret store, as an import leaves it; else a file is asked for.
    setHidden(fields.keyText.node, !hasCertificate || !hasKeyText)
    setHidden(fields.passphrase.node, !hasCertificate && form.key === '')
    setHidden(this.#login, !form.protocol.startsWith('SASL'))
    // SCRAM proves that it knows the password without saying it.
    setHidden(this.#clearText, hasTls || form.mechanism.startsWith('scram'))
    setHidden(fields.username.node, isToken)
    setHidden(fields.password.node, isToken)
    setHidden(fields.tokenEndpoint.node, !isToken)
    for (const name of ['clientId', 'clientSecret', 'scope'] as const)
      setHidden(fields[name].node, !isToken || !isTokenFetched)
    setHidden(fields.token.node, !isToken || isTokenFetched)
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
