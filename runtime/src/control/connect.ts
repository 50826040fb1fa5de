/** Dials the editor named by the environment, and gives it a stepper: the same for a processor and for plain kafkajs code. */
import { basename } from 'node:path'
import type { Clock } from '../clock.ts'
import { reasonOf } from '../errors.ts'
import { type BatchPhase, controlSocketVariable, controlTokenVariable, type HelloParams } from '../protocol.ts'
import type { Trace } from '../trace.ts'
import { ControlLink } from './link.ts'
import { type Steppable, Stepper } from './stepper.ts'

/** Half an hour: the default of the broker's `group.max.session.timeout.ms`. */
export const standstillMsMax = 1_800_000

export interface ConnectOptions<U extends Steppable> {
  readonly environment: NodeJS.ProcessEnv
  readonly hello: Pick<HelloParams, 'groupId' | 'guarantee' | 'store' | 'client'>
  readonly countsOutputs: boolean
  readonly clock: Clock
  readonly trace: Trace
  /** One sentence: what would happen if the process died now. */
  ifItDied(unit: U, phase: BatchPhase): string
  stop(deadlineMs: number): void
}

export interface EditorConnection<U extends Steppable> {
  readonly link: ControlLink
  readonly stepper: Stepper<U>
}

/** Answers `undefined` when the editor cannot be reached or refuses: the run goes on without it, and says so. */
export async function connectEditor<U extends Steppable>(
  options: ConnectOptions<U>,
): Promise<EditorConnection<U> | undefined> {
  const { environment, clock, trace } = options
  const path = environment[controlSocketVariable] ?? ''
  const token = environment[controlTokenVariable] ?? ''
  // The token is good for one hello: a child process has no use for it.
  delete environment[controlSocketVariable]
  delete environment[controlTokenVariable]
  const pipeline = basename(process.argv[1] ?? 'pipeline')
  let stepper: Stepper<U> | undefined
  try {
    const { link, hello } = await ControlLink.dial(
      path,
      { ...options.hello, token, pid: process.pid, pipeline },
      {
        onCommand: command => stepper?.command(command),
        records: params => stepper?.records(params) ?? { total: 0, records: [] },
        onClosed(reason) {
          stepper?.detach()
          if (reason !== undefined)
            trace({ kind: 'control', message: `the editor's link broke (${reason}); the pipeline runs on` })
        },
      },
      clock,
    )
    stepper = new Stepper<U>({
      ifItDied: options.ifItDied,
      clock,
      countsOutputs: options.countsOutputs,
      stopAtStart: hello.stopAtStart,
      tell: state => link.state(state),
      stop: options.stop,
    })
    // Between the hello and here the editor may have died.
    if (!link.isOpen) stepper.detach()
    return { link, stepper }
  } catch (error) {
    trace({ kind: 'control', message: reasonOf(error) })
    return undefined
  }
}
