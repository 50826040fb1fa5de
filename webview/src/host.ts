/** The wire to the extension host, and the only user of `acquireVsCodeApi`. Outside VS Code the page stands alone. */
import type { HostMessage, Snapshot, ViewMessage } from './protocol.ts'

interface VsCodeApi {
  postMessage(message: unknown): void
  getState(): unknown
  setState(state: unknown): void
}

declare global {
  var acquireVsCodeApi: (() => VsCodeApi) | undefined
}

/** Event on `window` that carries each message of a page that stands alone; `detail` is the {@link ViewMessage}. */
export const standaloneEventName = 'tidemark-view-message'
/** Id of a JSON data block (`<script type="application/json">`, never executed) with the first snapshot of a page that stands alone. */
export const standaloneSnapshotId = 'tidemark-snapshot'

export interface Host {
  post(message: ViewMessage): void
  /** What the view kept over a reload: filters, what was chosen. Small JSON. */
  load(): Readonly<Record<string, unknown>>
  /** Adds to what is kept. */
  save(part: Readonly<Record<string, unknown>>): void
}

/**
 * Connects the page: hands messages on, and tells the host that it is ready once the listener stands.
 *
 * Invariant: `ready` is posted after the listener, so the first snapshot cannot be missed.
 */
export function connectHost(onMessage: (message: HostMessage) => void): Host {
  const api = globalThis.acquireVsCodeApi?.() ?? standaloneApi()
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (isHostMessage(event.data)) onMessage(event.data)
  })
  const host: Host = {
    post: message => api.postMessage(message),
    load: () => stateOf(api),
    save: part => api.setState({ ...stateOf(api), ...part }),
  }
  host.post({ type: 'ready' })
  const first = standaloneSnapshot()
  if (first) onMessage({ type: 'snapshot', snapshot: first })
  return host
}

function stateOf(api: VsCodeApi): Readonly<Record<string, unknown>> {
  const state = api.getState()
  return typeof state === 'object' && state !== null ? { ...state } : {}
}

function standaloneApi(): VsCodeApi {
  let state: unknown
  return {
    postMessage: detail => {
      window.dispatchEvent(new CustomEvent(standaloneEventName, { detail }))
    },
    getState: () => state,
    setState: next => {
      state = next
    },
  }
}

function standaloneSnapshot(): Snapshot | undefined {
  const text = document.getElementById(standaloneSnapshotId)?.textContent
  return text ? (JSON.parse(text) as Snapshot) : undefined
}

function isHostMessage(data: unknown): data is HostMessage {
  if (typeof data !== 'object' || data === null || !('type' in data)) return false
  return hostMessageTypes.includes(data.type as HostMessage['type'])
}

const hostMessageTypes: readonly HostMessage['type'][] = [
  'snapshot',
  'records',
  'recordsFailed',
  'outputs',
  'outputsFailed',
]
