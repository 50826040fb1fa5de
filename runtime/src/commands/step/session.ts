/** One stepped pipeline, from its first start to the last: what it told, what it is asked, and what a fault did to it. */

import { accountOf } from '../../account.ts'
import { type ControlServer, endScratchGroup, listenForPipeline } from '../../control/host.ts'
import { clusterClient } from '../../monitor/index.ts'
import {
  type BatchState,
  capabilityNames,
  capabilityReasons,
  type FaultedParams,
  type HelloParams,
} from '../../protocol.ts'
import { shown } from '../cluster.ts'
import type { Terminal } from '../command.ts'
import { History } from './history.ts'
import { commandHelp, type Step } from './language.ts'
import { type Stepped, type SteppedProgram, startStepped } from './process.ts'
import { restartKafka } from './restartKafka.ts'
import { accountLines, differenceLines, outputLine, recordLine, stateLines } from './words.ts'

export interface SessionOptions extends Omit<SteppedProgram, 'environment'> {
  readonly localKafka: string
  readonly terminal: Terminal
}

const stopDeadlineMs = 10_000

export class StepSession {
  readonly #options: SessionOptions
  readonly #history = new History()
  #link: ControlServer | undefined
  #process: Stepped | undefined
  #hello: HelloParams | undefined
  #state: BatchState | undefined
  #stops = 0
  #faulted: FaultedParams | undefined
  #exit: number | NodeJS.Signals | undefined
  #isQuitting = false
  #hasFailed = false
  #wake: () => void = () => {}

  constructor(options: SessionOptions) {
    this.#options = options
  }

  /** Whether nothing more can be asked. A pipeline that died of a fault can be started again. */
  get isOver(): boolean {
    return this.#isQuitting || (this.#exit !== undefined && !this.#hasDiedOfFault)
  }

  get #hasDiedOfFault(): boolean {
    return this.#exit === 'SIGKILL' && this.#faulted?.isDeath === true
  }

  /** Whether the pipeline ended with an error by itself; known once it was quit. */
  get hasFailed(): boolean {
    return this.#hasFailed
  }

  /** Resolves when the pipeline stands before its first batch, or has ended. */
  async start(): Promise<void> {
    const { terminal, scratchGroup } = this.#options
    const before = this.#stops
    this.#state = undefined
    this.#hello = undefined
    this.#exit = undefined
    this.#history.restarted()
    const link = await listenForPipeline({
      stopAtStart: true,
      onHello: hello => this.#note(() => (this.#hello = hello)),
      onBatch: state => this.#note(() => this.#heard(state)),
      onPositions: params => this.#note(() => this.#history.positions(params)),
      onFaulted: faulted => this.#note(() => this.#met(faulted)),
      onEnded: ({ error }) => this.#note(() => error !== undefined && terminal.out(`ended: ${shown(error)}`)),
      onClosed: () => this.#wake(),
    })
    this.#link = link
    const program = startStepped({ ...this.#options, environment: terminal.env }, link, line =>
      terminal.out(`  | ${line}`),
    )
    this.#process = program
    void program.ended.then(exit => {
      if (this.#process === program) this.#note(() => (this.#exit = exit))
    })
    await this.#until(() => this.#hello !== undefined || this.#exit !== undefined)
    this.#introduce(this.#hello, scratchGroup)
    if (this.#exit === undefined) terminal.out('Waiting for the first batch.')
    await this.#stand(before)
  }

  #introduce(hello: HelloParams | undefined, scratchGroup: string | undefined): void {
    if (!hello) return
    const { pipeline, guarantee, store, groupId } = hello
    const scratch = scratchGroup === undefined ? '' : ' (scratch: the real group does not move)'
    this.#options.terminal.out(
      `${shown(pipeline)}: ${guarantee}, offsets in ${shown(store)}, group ${shown(groupId)}${scratch}`,
    )
  }

  async run(step: Step): Promise<void> {
    try {
      await this.#do(step)
    } catch (error) {
      this.#options.terminal.error(error instanceof Error ? error.message : String(error))
    }
  }

  /** Ends the pipeline: asked first, and killed when it does not. */
  async quit(): Promise<void> {
    const process = this.#process
    if (!process || this.#isQuitting) return
    this.#isQuitting = true
    this.#hasFailed = this.#exit !== undefined && this.#exit !== 0 && !this.#hasDiedOfFault
    this.#link?.send({ kind: 'stop', deadlineMs: stopDeadlineMs, isFinal: true })
    const killing = setTimeout(() => process.child.kill('SIGKILL'), stopDeadlineMs + 1_000)
    if (this.#hello === undefined) process.child.kill('SIGTERM')
    const exit = await process.ended
    clearTimeout(killing)
    await this.#link?.close()
    if (exit !== 0) await this.#endScratchGroup()
  }

  /** A pipeline that was killed has left its scratch group behind. */
  async #endScratchGroup(): Promise<void> {
    const { scratchGroup } = this.#options
    const brokers = this.#hello?.brokers
    if (scratchGroup === undefined || brokers === undefined) return
    // A cluster that wants a login knows us not: the next run of the pipeline sweeps the group there.
    await endScratchGroup(await clusterClient({ brokers }), scratchGroup).catch(() => {})
  }

  async #do(step: Step): Promise<void> {
    const { terminal } = this.#options
    switch (step.kind) {
      case 'command':
        return this.#command(step)
      case 'wait':
        return this.#state?.isStopped ? undefined : this.#stand(this.#stops)
      case 'records':
      case 'outputs':
        return this.#show(step)
      case 'replay':
        return this.#replay(step)
      case 'fault':
        return this.#fault(step)
      case 'account':
        return this.#account()
      case 'restart':
        return this.#restart()
      case 'status':
        for (const line of this.#state ? stateLines(this.#state) : ['no batch yet']) terminal.out(line)
        return
      case 'offers':
        return this.#offers()
      case 'handler': {
        const place = await this.#asked.handler()
        terminal.out(place ? `${shown(place.path)}:${place.line}:${place.column}` : capabilityReasons.handlerUnknown)
        return
      }
      case 'help':
        terminal.out(commandHelp)
        return
      case 'quit':
        return this.quit()
    }
  }

  get #asked() {
    return (this.#link ?? missing()).ask
  }

  async #command({ command, waits }: Extract<Step, { kind: 'command' }>): Promise<void> {
    if (command.kind === 'runTo' && command.target.kind === 'match') {
      const { error } = await this.#asked.checkMatch(command.target.expression)
      if (error !== null) throw new Error(error)
    }
    const before = this.#stops
    this.#link?.send(command)
    // It stands no longer, though its word of that is still on its way.
    if (this.#state && command.kind !== 'pause') this.#state = { ...this.#state, isStopped: false }
    if (waits) await this.#stand(before)
  }

  /** Resolves when the pipeline stands anew, or has ended; a death by a fault is followed by a start and its account. */
  async #stand(before: number): Promise<void> {
    await this.#until(() => this.#stops > before || this.#exit !== undefined)
    const { terminal } = this.#options
    if (this.#exit === undefined) for (const line of stateLines(this.#state ?? missing())) terminal.out(line)
    else if (this.#hasDiedOfFault) await this.#restart()
    else terminal.out(`The pipeline has ended (${this.#exit}).`)
  }

  async #show({ kind, from, count }: Extract<Step, { kind: 'records' | 'outputs' }>): Promise<void> {
    const batchId = (this.#state ?? missing()).batchId
    const { terminal } = this.#options
    if (kind === 'records') {
      const { records, total } = await this.#asked.records({ batchId, from, count })
      for (const record of records) terminal.out(recordLine(record))
      terminal.out(`${records.length} of ${total} records`)
    } else {
      const { outputs, total } = await this.#asked.outputs({ batchId, from, count })
      for (const output of outputs) terminal.out(outputLine(output))
      terminal.out(`${outputs.length} of ${total} outputs`)
    }
  }

  async #replay({ batch, mode }: Extract<Step, { kind: 'replay' }>): Promise<void> {
    const { terminal } = this.#options
    const chosen = this.#history.find(batch)
    if (!chosen) throw new Error('No batch has ended yet that could be replayed.')
    const { capabilities } = this.#hello ?? missing()
    const offered = {
      rolledBack: capabilities.replayRolledBack,
      recorded: capabilities.replayRecorded,
      written: capabilities.replayWritten,
    }
    const usual = offered.rolledBack.isOffered ? 'rolledBack' : 'recorded'
    const offer = offered[mode ?? usual]
    if (!offer.isOffered) throw new Error(capabilityReasons[offer.reason])
    if (offer.caution) terminal.out(`Note: ${capabilityReasons[offer.caution]}`)
    const { ranges, batchId } = chosen.state
    const result = await this.#asked.replay({ ranges, batchId, mode: mode ?? usual })
    const { outputs, total } = await this.#asked.outputs({ batchId: result.replayId, from: 0, count: 500 })
    terminal.out(
      `replayed batch ${chosen.number} (${mode ?? usual}): ${result.recordCount} records, ${total} outputs, ${Math.round(result.durationMs)} ms`,
    )
    if (result.error !== undefined) terminal.out(`the handler threw: ${shown(result.error)}`)
    // Looked up anew: the outputs of a batch that has just ended arrive before the replay's.
    for (const line of differenceLines(this.#history.find(chosen.number)?.outputs ?? [], outputs)) terminal.out(line)
  }

  async #fault({ fault }: Extract<Step, { kind: 'fault' }>): Promise<void> {
    const { terminal, localKafka } = this.#options
    if (fault === 'brokerRestart') return restartKafka(localKafka, terminal, this.#hello?.brokers)
    const offer = fault === null ? undefined : (this.#hello ?? missing()).capabilities[fault]
    if (offer && !offer.isOffered) throw new Error(capabilityReasons[offer.reason])
    if (offer?.caution) terminal.out(`Note: ${capabilityReasons[offer.caution]}`)
    const before = this.#stops
    const { when } = await this.#asked.fault({ fault })
    if (when === 'armed') terminal.out(`${fault} happens when a batch gets there: continue or step.`)
    if (when === 'takenBack') terminal.out('no fault is armed')
    // Where the pipeline stands at the fault's place it is killed at once.
    if (when === 'now' && /^(kill|retention)/.test(fault ?? '')) await this.#stand(before)
  }

  async #restart(): Promise<void> {
    this.#process?.child.kill('SIGKILL')
    await this.#process?.ended
    await this.#link?.close()
    this.#options.terminal.out('Starting it again.')
    await this.start()
    if (this.#faulted) this.#account()
  }

  #account(): void {
    const { terminal } = this.#options
    const faulted = this.#faulted
    if (!faulted?.batch) {
      terminal.out('No fault has met a batch yet.')
      return
    }
    const after = this.#history.after(faulted, this.#hello?.guarantee ?? '')
    for (const line of accountLines(faulted, accountOf(faulted, after))) terminal.out(line)
  }

  #offers(): void {
    const { capabilities } = this.#hello ?? missing()
    for (const name of capabilityNames) {
      const offer = capabilities[name]
      const why = offer.isOffered ? offer.caution : offer.reason
      this.#options.terminal.out(
        `${offer.isOffered ? 'yes' : 'no '}  ${name}${why ? `: ${capabilityReasons[why]}` : ''}`,
      )
    }
  }

  #heard(state: BatchState): void {
    this.#state = state
    if (state.isStopped) this.#stops++
    this.#history.heard(state)
    const { batchId, outputCount = 0, phase } = state
    // Asked for while the pipeline still remembers them: what a later replay is compared with.
    if (phase === 'committed' && state.outcome && outputCount > 0)
      void this.#asked.outputs({ batchId, from: 0, count: 500 }).then(
        ({ outputs }) => this.#history.outputs(batchId, outputs),
        () => {},
      )
  }

  #met(faulted: FaultedParams): void {
    this.#faulted = faulted
    const { fault, batch, byOthers, problem } = faulted
    this.#options.terminal.out(`fault: ${fault}${batch ? ` in phase ${batch.phase}` : ''}${byOthers ? ', over' : ''}`)
    if (problem !== undefined) this.#options.terminal.out(`not as it was meant: ${shown(problem)}`)
  }

  #note(change: () => unknown): void {
    change()
    this.#wake()
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo())
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
  }
}

function missing(): never {
  throw new Error('The pipeline has not said hello yet.')
}
