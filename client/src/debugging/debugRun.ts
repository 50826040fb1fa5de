/** One debug run: the control link, the folded state and the panel that shows it. Ends with its debug session. */
import type { ControlCommand } from '@tidemark/runtime/protocol'
import { recordsPerRequestMax } from '@tidemark/runtime/protocol'
import type { ViewMessage } from '@tidemark/webview/protocol'
import * as vscode from 'vscode'
import { contexts, panels } from '../contributions.ts'
import { failureText } from '../failures.ts'
import { log } from '../log.ts'
import { openPanel, post } from '../panels/panel.ts'
import { type BatchRun, emptyRun, snapshotOf, withBatch } from './batchRun.ts'
import { type ControlServer, listenForPipeline } from './controlServer.ts'
import { runWords } from './runWords.ts'

/** How long a pipeline may take to end its batch when asked to stop, before its process is ended. */
const stopDeadlineMs = 10_000
/** The panel is drawn at most this often; a pipeline that runs freely changes state more often than an eye can follow. */
const drawIntervalMs = 50
/** Characters of the process' error output that are kept to say why it died. */
const lastWordsMax = 1_500

export interface DebugRunOptions {
  readonly extensionUri: vscode.Uri
  readonly name: string
  readonly groupId: string | undefined
  /** `undefined`: the run uses, and moves, the real group. */
  readonly scratchGroup: string | undefined
  readonly stopAtStart: boolean
}

export class DebugRun {
  readonly id: string
  readonly options: DebugRunOptions
  readonly #changed = new vscode.EventEmitter<BatchRun>()
  /** Fires with each state of the run. */
  readonly onDidChange = this.#changed.event
  #state: BatchRun
  #link!: ControlServer
  #panel: vscode.WebviewPanel | undefined
  #drawTimer: NodeJS.Timeout | undefined
  #session: vscode.DebugSession | undefined
  #lastWords = ''
  #stopTimer: NodeJS.Timeout | undefined

  private constructor(id: string, options: DebugRunOptions) {
    this.id = id
    this.options = options
    this.#state = emptyRun(options.scratchGroup)
  }

  /** Listens, and so has the address that the pipeline is given. */
  static async open(id: string, options: DebugRunOptions): Promise<DebugRun> {
    const run = new DebugRun(id, options)
    run.#link = await listenForPipeline({
      stopAtStart: options.stopAtStart,
      onHello: hello => run.#set({ ...run.#state, hello }),
      onBatch: batch => run.#set(withBatch(run.#state, batch)),
      onEnded: ended => run.#set({ ...run.#state, ended }),
      onClosed: reason => run.#lose(reason),
    })
    return run
  }

  get link(): Pick<ControlServer, 'path' | 'token'> {
    return this.#link
  }

  get state(): BatchRun {
    return this.#state
  }

  get isOver(): boolean {
    return this.#state.ended !== undefined || this.#state.lost !== undefined
  }

  attach(session: vscode.DebugSession): void {
    this.#session = session
    this.show()
  }

  /** The debugger stopped the process (a breakpoint, an exception), or let it go again. */
  setFrozen(frozenAt: string | undefined): void {
    if (this.#state.frozenAt !== frozenAt) this.#set({ ...this.#state, frozenAt })
  }

  /** The process wrote to its error output. */
  hear(text: string): void {
    // The stack is for the debug console; what a person needs are the lines before it.
    const lines = text.split('\n').filter(line => !/^\s*(at |--- )/.test(line))
    this.#lastWords = (this.#lastWords + lines.join('\n')).slice(-lastWordsMax)
  }

  show(): void {
    if (this.#panel) {
      this.#panel.reveal(undefined, true)
      return
    }
    const panel = openPanel({
      extensionUri: this.options.extensionUri,
      view: 'batch',
      id: panels.batch,
      title: vscode.l10n.t('Batches: {0}', this.options.name),
      column: vscode.ViewColumn.Beside,
      onMessage: message => this.#receive(message),
    })
    this.#panel = panel
    panel.onDidChangeViewState(() => this.#draw())
    panel.onDidDispose(() => {
      this.#panel = undefined
    })
  }

  command(kind: 'stepBatch' | 'stepPhase' | 'continue' | 'pause' | 'stop'): void {
    if (kind === 'stop') this.#stop()
    else this.#link.send({ kind } satisfies ControlCommand)
  }

  /** The debug session is gone, and with it the process. */
  async end(): Promise<void> {
    clearTimeout(this.#stopTimer)
    if (!this.isOver) this.#lose(undefined)
    // The link closes before the debugger has passed on what the process printed last.
    else if (this.#state.lost === '') this.#set({ ...this.#state, lost: this.#lastWords.trim() })
    await this.#link.close()
    await vscode.commands.executeCommand('setContext', contexts.isDebugging, false)
  }

  #set(state: BatchRun): void {
    this.#state = state
    this.#changed.fire(state)
    // A stop is shown at once; between stops the last state within an interval is enough.
    if (state.batch?.isStopped || state.ended) this.#draw()
    else this.#drawTimer ??= setTimeout(() => this.#draw(), drawIntervalMs)
  }

  #lose(reason: string | undefined): void {
    if (!this.isOver) this.#set({ ...this.#state, lost: reason ?? this.#lastWords.trim(), frozenAt: undefined })
  }

  #draw(): void {
    clearTimeout(this.#drawTimer)
    this.#drawTimer = undefined
    if (!this.#panel?.visible) return
    const fallback = { pipeline: this.options.name, group: this.options.groupId ?? '' }
    post(this.#panel, { type: 'snapshot', snapshot: snapshotOf(this.#state, runWords, fallback) })
  }

  #stop(): void {
    const session = this.#session
    this.#link.send({ kind: 'stop', deadlineMs: stopDeadlineMs })
    this.#stopTimer ??= setTimeout(() => void vscode.debug.stopDebugging(session), stopDeadlineMs + 1_000)
    if (!this.#state.hello) void vscode.debug.stopDebugging(session)
  }

  #receive(message: ViewMessage): void {
    if (message.type === 'ready') this.#draw()
    else if (message.type === 'control') this.command(message.command)
    else if (message.type === 'records') void this.#answerRecords(message)
  }

  async #answerRecords(message: Extract<ViewMessage, { type: 'records' }>): Promise<void> {
    const { requestId, batchId, from } = message
    const count = Math.min(message.count, recordsPerRequestMax)
    try {
      const result = await this.#link.records({ batchId, from, count })
      if (this.#panel) post(this.#panel, { type: 'records', requestId, result })
    } catch (error) {
      log().debug(`records of ${batchId}: ${String(error)}`)
      if (this.#panel) post(this.#panel, { type: 'recordsFailed', requestId, message: failureText(error) })
    }
  }
}
