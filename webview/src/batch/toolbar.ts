/** Which pipeline, where it stands, and the controls that move it: by pointer and by the debugger's own keys. */
import { type CapabilityName, faultKinds } from '@tidemark/runtime/protocol'
import type { BatchSnapshot, OfferView, RunToKind, StepCommand, ViewMessage } from '../protocol.ts'
import { button } from '../shared/controls.ts'
import { element, setAttribute, setClass, setHidden, setText } from '../shared/dom.ts'
import { type MenuItem, menuButton } from '../shared/menu.ts'
import { formatCount } from '../shared/numbers.ts'
import { strings } from '../shared/strings.ts'
import { visibleName } from '../shared/visible.ts'

type RunState = BatchSnapshot['status']['kind']

interface Control {
  readonly command: StepCommand
  readonly label: string
  readonly key?: string
  /** What the pipeline has to offer for it. */
  readonly needs?: CapabilityName
  readonly canRun: (state: RunState) => boolean
}

const isStopped = (state: RunState): boolean => state === 'stopped'
const isLive = (state: RunState): boolean => state === 'stopped' || state === 'running' || state === 'waiting'

const controls: readonly Control[] = [
  { command: 'stepBatch', label: strings.stepBatch, key: 'F10', canRun: isStopped },
  { command: 'stepPhase', label: strings.stepPhase, key: 'F11', canRun: isStopped },
  { command: 'stepPartition', label: strings.stepPartition, needs: 'stepPartition', canRun: isStopped },
  { command: 'intoHandler', label: strings.intoHandler, needs: 'stepIntoHandler', canRun: isStopped },
  { command: 'continue', label: strings.continueRun, key: 'F5', canRun: isStopped },
  { command: 'pause', label: strings.pauseRun, key: 'F6', canRun: state => state === 'running' || state === 'waiting' },
  { command: 'stop', label: strings.stop, canRun: isLive },
]

const runTos = [
  ['offset', 'runToOffset'],
  ['time', 'runToTime'],
  ['match', 'runToMatch'],
  ['throw', 'runToThrow'],
] as const satisfies readonly (readonly [RunToKind, CapabilityName])[]

/** A state has a sign and a word beside its colour. */
const signs: Readonly<Record<RunState, { readonly sign: string; readonly tone: string }>> = {
  waiting: { sign: '◌', tone: 'dim' },
  running: { sign: '▶', tone: 'ok' },
  stopped: { sign: '❚❚', tone: 'warning' },
  ended: { sign: '■', tone: 'dim' },
  failed: { sign: '▲', tone: 'bad' },
}

export function toolbar(post: (message: ViewMessage) => void): {
  readonly node: HTMLElement
  update(snapshot: BatchSnapshot): void
} {
  const pipeline = element('h1', 'title foreign cut')
  const sign = element('span')
  sign.setAttribute('aria-hidden', 'true')
  const word = element('span')
  const status = element('span', 'run-state', sign, word)
  const facts = element('span', 'dim facts foreign')
  const group = element('span', 'chip-like')
  let state: RunState = 'waiting'
  let offers: BatchSnapshot['capabilities']

  const canRun = (control: Control): boolean => control.canRun(state) && isOffered(offers, control.needs)
  const run = (control: Control): boolean => {
    if (!canRun(control)) return false
    post({ type: 'control', command: control.command })
    return true
  }
  const runTo = menuButton(strings.runTo, kind => post({ type: 'runTo', kind: kind as RunToKind }))
  const fault = menuButton(strings.faultHere, kind => {
    const chosen = faultKinds.find(each => each === kind)
    if (chosen) post({ type: 'fault', fault: chosen })
  })
  const buttons = controls.map(control => ({
    control,
    made: button(control.label, () => run(control), { key: control.key }),
  }))
  const stop = buttons.at(-1)?.made.node
  const steps = buttons.slice(0, -1).map(({ made }) => made.node)
  const commands = element('div', 'buttons', ...steps, runTo.node, fault.node, stop)
  commands.setAttribute('role', 'toolbar')
  commands.setAttribute('aria-label', strings.controls)
  listenForKeys(run)

  return {
    node: element('header', 'bar', pipeline, status, facts, group, element('span', 'grow'), commands),
    update: snapshot => {
      state = snapshot.status.kind
      const look = signs[state]
      setText(pipeline, visibleName(snapshot.pipeline))
      setText(sign, look.sign)
      setText(word, ` ${strings.runState[state]}`)
      setClass(status, `run-state ${look.tone}`)
      setText(facts, factsOf(snapshot))
      setText(group, snapshot.isScratchGroup ? strings.scratchGroup : `▲ ${strings.realGroup}`)
      setClass(group, snapshot.isScratchGroup ? 'dim' : 'warning')
      setAttribute(group, 'title', visibleName(snapshot.groupId))
      setHidden(group, snapshot.groupId === '')
      offers = snapshot.capabilities
      const primary: StepCommand = isStopped(state) ? 'stepBatch' : 'pause'
      for (const { control, made } of buttons) {
        made.setEnabled(canRun(control))
        made.setPrimary(control.command === primary && canRun(control))
        const note = control.needs && offers?.[control.needs].note
        setAttribute(made.node, 'title', note)
      }
      runTo.update(runToItems(offers), isStopped(state) && offers !== undefined)
      fault.update(faultItems(offers, snapshot.fault?.stage), isLive(state) && offers !== undefined)
    },
  }
}

function isOffered(offers: BatchSnapshot['capabilities'], name: CapabilityName | undefined): boolean {
  return name === undefined || offers === undefined ? name === undefined : offers[name].isOffered
}

function runToItems(offers: BatchSnapshot['capabilities']): MenuItem[] {
  return runTos.map(([kind, name]) => item(kind, strings.runToKind[kind], offers?.[name], true))
}

/** One fault at a time: the account of two at once would explain neither. */
function faultItems(offers: BatchSnapshot['capabilities'], stage: string | undefined): MenuItem[] {
  const isFree = stage === undefined || stage === 'told'
  return faultKinds.map(kind => item(kind, strings.faultName[kind], offers?.[kind], isFree))
}

function item(id: string, label: string, offer: OfferView | undefined, isFree: boolean): MenuItem {
  const isEnabled = offer?.isOffered === true && isFree
  return { id, label, note: isFree ? offer?.note : strings.oneFault, isEnabled }
}

/**
 * The keys of every debugger. The press ends here: VS Code would otherwise hear it too, and step the JavaScript debugger
 * of the same run as well.
 */
function listenForKeys(run: (control: Control) => boolean): void {
  document.addEventListener(
    'keydown',
    event => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
      const control = controls.find(({ key }) => key === event.key)
      if (!control) return
      event.preventDefault()
      event.stopImmediatePropagation()
      if (!event.repeat) run(control)
    },
    { capture: true },
  )
}

function factsOf({ batch, guarantee, store }: BatchSnapshot): string {
  const facts = [
    batch ? strings.batchNumber(formatCount(batch.sequence)) : undefined,
    batch && batch.attempt > 1 ? strings.attempt(formatCount(batch.attempt)) : undefined,
    store === '' ? visibleName(guarantee) : `${visibleName(guarantee)} (${visibleName(store)})`,
  ]
  return facts.filter(Boolean).join(' · ')
}
