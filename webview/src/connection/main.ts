/** The panel that adds or edits a cluster: a form, what a test of it found, and nothing saved before *Save*. */
import '../shared/base.css'
import './connection.css'
import { connectHost } from '../host.ts'
import type { ConnectionCommand, ConnectionSnapshot } from '../protocol.ts'
import { button, registerControls } from '../shared/controls.ts'
import { element, setHidden, setText } from '../shared/dom.ts'
import { drawLatest } from '../shared/frame.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'
import { connectionForm, importNotes } from './form.ts'
import { testReport } from './report.ts'

registerControls()

const words = strings.connection
const draw = drawLatest<ConnectionSnapshot>('connection', snapshot => update(snapshot))
const host = connectHost(message => {
  if (message.type === 'snapshot' && message.snapshot.view === 'connection') draw(message.snapshot)
})
const send = (command: ConnectionCommand): void => host.post({ type: 'connection', command, form: form.value() })

const title = element('h1', 'title cut foreign')
const imports = element(
  'div',
  'buttons',
  button(words.importProperties, () => send('importProperties')).node,
  button(words.importCompose, () => send('importCompose')).node,
)
imports.setAttribute('role', 'group')
imports.setAttribute('aria-label', words.import)
imports.title = words.importNote
const form = connectionForm(message => host.post(message))
const notes = importNotes()
const report = testReport()
const test = button(words.test, () => send('test'))
const save = button(words.save, () => send('save'), { isPrimary: true })
const untrusted = element('p', 'warning', `▲ ${words.untrusted}`)
const buttons = element('div', 'buttons', save.node, test.node, button(words.cancel, () => send('cancel')).node)
const main = element(
  'main',
  'connection',
  notes.node,
  element('div', 'columns', element('div', 'left', form.node), report.node),
)
const foot = element('footer', 'bar foot', buttons, untrusted)
const head = element('header', 'bar', title, element('div', 'grow'), imports)

// Enter in a field tests: it is what somebody who has just typed an address wants to know, and it saves nothing.
form.node.addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.target as Element).localName === 'vscode-text-field') send('test')
})

function update(snapshot: ConnectionSnapshot): void {
  if (!head.isConnected) document.getElementById('root')?.append(head, main, foot)
  const { editing, isTrusted } = snapshot
  setText(title, editing === undefined ? words.add : words.edit(visibleName(editing)))
  form.update(snapshot)
  notes.update(snapshot.notes)
  report.update(snapshot.test)
  setHidden(untrusted, isTrusted)
  test.setEnabled(isTrusted && snapshot.test.kind !== 'running')
}
