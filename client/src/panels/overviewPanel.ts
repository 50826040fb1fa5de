/** The overview of one cluster: read while it is looked at, silent while it is not. */
import type { OverviewSnapshot, ViewAction, ViewMessage } from '@tidemark/webview/protocol'
import * as vscode from 'vscode'
import type { ClusterConfig } from '../cluster/clusterSettings.ts'
import { panels, settings } from '../contributions.ts'
import { failureText } from '../failures.ts'
import { log } from '../log.ts'
import { drawPanel, openPanel, post } from './panel.ts'

/** What is shown in detail: at most one of the two. */
export interface OverviewChoice {
  /** The key of a group's row: its id, or what tells a pipeline's own positions apart. */
  readonly group?: string | undefined
  readonly topic?: string | undefined
}

/** Reads the cluster once, with the details of what is chosen. */
export type ReadOverview = (
  cluster: ClusterConfig,
  look: { readonly choice: OverviewChoice; readonly isPaused: boolean; readonly signal: AbortSignal },
) => Promise<OverviewSnapshot>

export interface OverviewPanelParts {
  readonly extensionUri: vscode.Uri
  readonly read: ReadOverview
  readonly onAction: (action: ViewAction, cluster: ClusterConfig, groupId: string | undefined) => void
}

export class OverviewPanel {
  readonly cluster: ClusterConfig
  readonly #parts: OverviewPanelParts
  readonly #panel: vscode.WebviewPanel
  readonly #disposed = new AbortController()
  #choice: OverviewChoice
  #isPaused = false
  #last: OverviewSnapshot | undefined
  #timer: NodeJS.Timeout | undefined
  #isReading = false
  /** Something changed while a read was under way: its answer is stale, read again at once. */
  #isStale = false

  constructor(
    parts: OverviewPanelParts,
    cluster: ClusterConfig,
    choice: OverviewChoice,
    restored?: vscode.WebviewPanel,
  ) {
    this.#parts = parts
    this.cluster = cluster
    this.#choice = choice
    const options = {
      extensionUri: parts.extensionUri,
      view: 'overview',
      title: vscode.l10n.t('Overview: {0}', cluster.name),
      onMessage: (message: ViewMessage) => this.#receive(message),
    } as const
    this.#panel = restored ?? openPanel({ ...options, id: panels.overview, column: vscode.ViewColumn.Active })
    if (restored) drawPanel(restored, options)
    this.#panel.onDidChangeViewState(() => this.#refresh())
    this.#panel.onDidDispose(() => {
      this.#disposed.abort()
      clearTimeout(this.#timer)
    })
  }

  get isOpen(): boolean {
    return !this.#disposed.signal.aborted
  }

  onDidClose(callback: () => void): void {
    this.#panel.onDidDispose(callback)
  }

  show(choice: OverviewChoice): void {
    if (choice.group !== undefined || choice.topic !== undefined) this.#choice = choice
    this.#panel.reveal(undefined, false)
    this.#refresh()
  }

  close(): void {
    this.#panel.dispose()
  }

  #receive(message: ViewMessage): void {
    if (message.type === 'ready') this.#post()
    else if (message.type === 'selectGroup') this.#choice = { group: message.groupId }
    else if (message.type === 'selectTopic') this.#choice = { topic: message.topic }
    else if (message.type === 'togglePause') this.#togglePause()
    else if (message.type !== 'action') return
    else if (message.action !== 'retry') {
      this.#parts.onAction(message.action, this.cluster, message.groupId ?? this.#choice.group)
      return
    }
    if (!this.#isPaused || message.type !== 'togglePause') this.#refresh()
  }

  #togglePause(): void {
    this.#isPaused = !this.#isPaused
    if (this.#isPaused && this.#last) this.#last = { ...this.#last, isPaused: true }
    this.#post()
  }

  /** Reads now, then again and again as long as the panel is visible and not paused. */
  #refresh(): void {
    clearTimeout(this.#timer)
    if (!this.#panel.visible || !this.isOpen) return
    if (this.#isReading) this.#isStale = true
    else void this.#read()
  }

  async #read(): Promise<void> {
    this.#isReading = true
    this.#isStale = false
    const startedMs = performance.now()
    const look = { choice: this.#choice, isPaused: this.#isPaused, signal: this.#disposed.signal }
    try {
      this.#last = await this.#parts.read(this.cluster, look)
    } catch (error) {
      log().warn(`${this.cluster.name}: ${String(error)}`)
      this.#last = failed(this.cluster, this.#last, failureText(error))
    }
    this.#isReading = false
    if (!this.isOpen) return
    this.#post()
    if (this.#isStale) this.#refresh()
    else if (!this.#isPaused && this.#panel.visible)
      this.#timer = setTimeout(() => this.#refresh(), pauseMs(performance.now() - startedMs))
  }

  #post(): void {
    if (this.#panel.visible) post(this.#panel, { type: 'snapshot', snapshot: this.#last ?? connecting(this.cluster) })
  }
}

/** A cluster that takes long to read is read less often: the extension host is shared with others. */
function pauseMs(tookMs: number): number {
  const wantedMs = Math.max(0.5, vscode.workspace.getConfiguration().get(settings.refreshSeconds, 2)) * 1_000
  return Math.max(wantedMs, 2 * tookMs)
}

export function emptyOverview(cluster: ClusterConfig): OverviewSnapshot {
  return {
    view: 'overview',
    cluster: cluster.name,
    status: { kind: 'connecting', message: '' },
    brokerCount: 0,
    kafkaVersion: undefined,
    readAtMs: 0,
    requestCount: 0,
    isPaused: false,
    isReadOnly: cluster.isReadOnly,
    groups: [],
    topics: [],
    selected: undefined,
  }
}

function connecting(cluster: ClusterConfig): OverviewSnapshot {
  const message = vscode.l10n.t('connecting to {0}', cluster.brokers.join(', '))
  return { ...emptyOverview(cluster), status: { kind: 'connecting', message } }
}

/** What was read last stays visible under the failure: old numbers with their time are better than none. */
function failed(cluster: ClusterConfig, last: OverviewSnapshot | undefined, message: string): OverviewSnapshot {
  const actions: ViewAction[] = cluster.isLocal ? ['retry', 'startLocalKafka'] : ['retry', 'openSettings']
  return { ...(last ?? emptyOverview(cluster)), status: { kind: 'failed', message }, actions }
}
