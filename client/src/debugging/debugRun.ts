/**
 * One debug run: the control link, the folded state and the panel that shows it. It outlives its process: one that a fault
 * has killed, or whose code was edited, is started again, and the run goes on with the next.
 */

import { type ControlServer, listenForPipeline, type PipelineQuestions } from '@tidemark/runtime/host'
import { type ControlCommand, outputsPerRequestMax, recordsPerRequestMax } from '@tidemark/runtime/protocol'
import type { HostMessage, ViewMessage } from '@tidemark/webview/protocol'
import * as vscode from 'vscode'
import { contexts, panels } from '../contributions.ts'
import { failureText } from '../failures.ts'
import { log } from '../log.ts'
import { openPanel, post } from '../panels/panel.ts'
import {
  type BatchRun,
  emptyRun,
  nextLife,
  snapshotOf,
  withAssignment,
  withBatch,
  withFaulted,
  withHello,
} from './batchRun.ts'
import { runWords } from './runWords.ts'
import { nowMs } from './waiting.ts'

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
  /** The file that starts it; absent for a script. */
  readonly program?: string
  /** Starts the process again, on the same run. */
  readonly startAgain: () => Thenable<boolean>
}

/** What the panel asks beyond showing and stepping: run to, faults, replays. */
export type PanelRequest = Extract<ViewMessage, { type: 'control' | 'runTo' | 'fault' | 'replay' | 'dismiss' }>

export class DebugRun {
  readonly id: string
  readonly options: DebugRunOptions
  readonly #changed = new vscode.EventEmitter<BatchRun>()
  /** Fires with each state of the run. */
  readonly onDidChange = this.#changed.event
  readonly #requested = new vscode.EventEmitter<PanelRequest>()
  /** Fires with what a person asks for in the panel. */
  readonly onDidRequest = this.#requested.event
  readonly #breakpointsSet = new vscode.EventEmitter<string>()
  /** Fires with the path of a source file whose breakpoints the debugger has taken. */
  readonly onDidSetBreakpoints = this.#breakpointsSet.event
  #state: BatchRun
  #link!: ControlServer
  #panel: vscode.WebviewPanel | undefined
  #drawTimer: NodeJS.Timeout | undefined
  #session: vscode.DebugSession | undefined
  #lastWords = ''
  #stopTimer: NodeJS.Timeout | undefined
  #startedAtMs = nowMs()

  private constructor(id: string, options: DebugRunOptions) {
    this.id = id
    this.options = options
    this.#state = emptyRun(options.scratchGroup)
  }

  /** Listens, and so has the address that the pipeline is given. */
  static async open(id: string, options: DebugRunOptions): Promise<DebugRun> {
    const run = new DebugRun(id, options)
    await run.listen()
    return run
  }

  /** A link of its own for each process: a token is good for one hello. */
  async listen(): Promise<void> {
    await this.#link?.close()
    const life = this.#state.life
    const heard = (change: (run: BatchRun) => BatchRun): void => {
      if (life === this.#state.life) this.change(change)
    }
    this.#link = await listenForPipeline({
      // After a kill nothing may run before its account is read.
      stopAtStart: this.options.stopAtStart || life > 1,
      onHello: hello => heard(run => withHello(run, hello)),
      onBatch: batch => heard(run => withBatch(run, batch)),
      onPositions: positions => heard(run => withAssignment(run, positions)),
      onFaulted: faulted => heard(run => withFaulted(run, faulted)),
      onEnded: ended => heard(run => ({ ...run, ended })),
      onClosed: reason => {
        if (life === this.#state.life) this.#lose(reason)
      },
    })
  }

  get link(): Pick<ControlServer, 'path' | 'token'> {
    return this.#link
  }

  get ask(): PipelineQuestions {
    return this.#link.ask
  }

  get state(): BatchRun {
    return this.#state
  }

  /** When the running process was started, ms since 1970. */
  get startedAtMs(): number {
    return this.#startedAtMs
  }

  get isOver(): boolean {
    return !this.#state.isRestarting && (this.#state.ended !== undefined || this.#state.lost !== undefined)
  }

  attach(session: vscode.DebugSession): void {
    this.#session = session
    this.#startedAtMs = nowMs()
    this.show()
  }

  /** The debugger stopped the process (a breakpoint, an exception), or let it go again. */
  setFrozen(frozenAt: string | undefined): void {
    if (this.#state.frozenAt !== frozenAt) this.change(run => ({ ...run, frozenAt }))
  }

  heardBreakpoints(path: string): void {
    this.#breakpointsSet.fire(path)
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

  /** As if it were asked for in the panel. */
  request(request: PanelRequest): void {
    this.#requested.fire(request)
  }

  send(command: Exclude<ControlCommand, { kind: 'stop' }>): void {
    this.#link.send(command)
  }

  stop(): void {
    const session = this.#session
    this.#link.send({ kind: 'stop', deadlineMs: stopDeadlineMs, isFinal: true })
    this.#stopTimer ??= setTimeout(() => void vscode.debug.stopDebugging(session), stopDeadlineMs + 1_000)
    if (!this.#state.hello) void vscode.debug.stopDebugging(session)
  }

  change(update: (run: BatchRun) => BatchRun): void {
    const state = update(this.#state)
    this.#state = state
    this.#changed.fire(state)
    // A stop is shown at once; between stops the last state within an interval is enough.
    if (state.batch?.isStopped || state.ended) this.#draw()
    else this.#drawTimer ??= setTimeout(() => this.#draw(), drawIntervalMs)
  }

  /** Ends the process; the next one follows once its session is over. */
  async restart(): Promise<void> {
    this.change(run => ({ ...run, isRestarting: true }))
    await vscode.debug.stopDebugging(this.#session)
  }

  /**
   * The debug session is gone, and with it the process.
   * @returns whether the run goes on with a new one
   */
  async end(): Promise<boolean> {
    clearTimeout(this.#stopTimer)
    this.#stopTimer = undefined
    if (this.#state.isRestarting && (await this.#startAgain())) return true
    if (!this.isOver) this.#lose(undefined)
    // The link closes before the debugger has passed on what the process printed last.
    else if (this.#state.lost === '') this.change(run => ({ ...run, lost: this.#lastWords.trim() }))
    await this.#link.close()
    await vscode.commands.executeCommand('setContext', contexts.isDebugging, false)
    return false
  }

  async #startAgain(): Promise<boolean> {
    this.#lastWords = ''
    this.change(nextLife)
    const hasStarted = await this.options.startAgain()
    if (!hasStarted) this.change(run => ({ ...run, isRestarting: false }))
    return hasStarted
  }

  #lose(reason: string | undefined): void {
    if (this.isOver || this.#state.isRestarting) return
    this.change(run => ({ ...run, lost: reason ?? this.#lastWords.trim(), frozenAt: undefined }))
  }

  #draw(): void {
    clearTimeout(this.#drawTimer)
    this.#drawTimer = undefined
    if (!this.#panel?.visible) return
    const fallback = { pipeline: this.options.name, group: this.options.groupId ?? '' }
    post(this.#panel, { type: 'snapshot', snapshot: snapshotOf(this.#state, runWords, fallback) })
  }

  #receive(message: ViewMessage): void {
    switch (message.type) {
      case 'ready':
        this.#draw()
        break
      case 'records':
        void this.#answer(message, 'recordsFailed', async count => {
          const { batchId, from, requestId } = message
          const result = await this.ask.records({ batchId, from, count: Math.min(count, recordsPerRequestMax) })
          return { type: 'records', requestId, result }
        })
        break
      case 'outputs':
        void this.#answer(message, 'outputsFailed', async count => {
          const { batchId, from, requestId, record } = message
          const asked = { batchId, from, count: Math.min(count, outputsPerRequestMax), ...(record ? { record } : {}) }
          return { type: 'outputs', requestId, result: await this.ask.outputs(asked) }
        })
        break
      case 'control':
      case 'runTo':
      case 'fault':
      case 'replay':
      case 'dismiss':
        this.request(message)
    }
  }

  async #answer(
    { requestId, batchId, count }: Extract<ViewMessage, { type: 'records' | 'outputs' }>,
    failed: 'recordsFailed' | 'outputsFailed',
    read: (count: number) => Promise<HostMessage>,
  ): Promise<void> {
    const answer = await read(count).catch((error): HostMessage => {
      log().debug(`${failed} of ${batchId}: ${String(error)}`)
      return { type: failed, requestId, message: failureText(error) }
    })
    if (this.#panel) post(this.#panel, answer)
  }
}
