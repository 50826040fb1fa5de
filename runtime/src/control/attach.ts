/**
 * Attaches a run to the editor named by the environment, if there is one.
 *
 * Loaded only when `TIDEMARK_CONTROL` is set: without it, neither this file nor JSON-RPC is read, and no phase costs anything.
 */
import { basename } from 'node:path'
import type { Clock } from '../clock.ts'
import type { GuaranteeName } from '../guarantees/guarantee.ts'
import type { StopReport } from '../processing/ledger.ts'
import type { Bounds } from '../processing/options.ts'
import type { PhaseGate } from '../processing/unit.ts'
import { controlSocketVariable, controlTokenVariable } from '../protocol.ts'
import type { Trace } from '../trace.ts'
import { ControlLink } from './link.ts'
import { Stepper } from './stepper.ts'
import { wireRange } from './wireRecords.ts'

/** Half an hour: the default of the broker's `group.max.session.timeout.ms`. */
const standstillMsMax = 1_800_000

export interface AttachOptions {
  readonly environment: NodeJS.ProcessEnv
  readonly groupId: string
  readonly guarantee: GuaranteeName
  readonly store: string
  readonly client: string
  readonly clock: Clock
  readonly trace: Trace
  stop(deadlineMs: number): void
}

export interface Attachment {
  readonly gate: PhaseGate
  /** A process that stands at a breakpoint sends no heartbeat: the group is told to wait this long. */
  readonly timeouts: Pick<Bounds, 'sessionTimeoutMs' | 'rebalanceTimeoutMs'>
  /** Static membership, so that a debugged process that was killed does not hold its partitions for so long. */
  readonly groupInstanceId: string
  ended(report: StopReport, error: unknown): Promise<void>
}

/** Answers `undefined` when the editor cannot be reached or refuses: the run goes on without it, and says so. */
export async function attach(options: AttachOptions): Promise<Attachment | undefined> {
  const { environment, groupId, guarantee, store, client, clock, trace } = options
  const path = environment[controlSocketVariable] ?? ''
  const token = environment[controlTokenVariable] ?? ''
  // The token is good for one hello: a child process has no use for it.
  delete environment[controlSocketVariable]
  delete environment[controlTokenVariable]
  const pipeline = basename(process.argv[1] ?? 'pipeline')
  let stepper: Stepper | undefined
  try {
    const { link, hello } = await ControlLink.dial(
      path,
      { token, pid: process.pid, pipeline, groupId, guarantee, store, client },
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
    stepper = new Stepper({
      guarantee,
      clock,
      stopAtStart: hello.stopAtStart,
      tell: state => link.state(state),
      stop: options.stop,
    })
    // Between the hello and here the editor may have died.
    if (!link.isOpen) stepper.detach()
    return {
      gate: stepper,
      timeouts: { sessionTimeoutMs: standstillMsMax, rebalanceTimeoutMs: standstillMsMax },
      groupInstanceId: 'tidemark-debug',
      async ended(report, error) {
        await link.ended({
          committed: report.committed.map(wireRange),
          willBeRedone: report.willBeRedone.map(wireRange),
          unknown: report.unknown.map(wireRange),
          ...(error === undefined ? {} : { error: error instanceof Error ? error.message : String(error) }),
        })
      },
    }
  } catch (error) {
    trace({ kind: 'control', message: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}
