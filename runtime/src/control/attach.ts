/**
 * Attaches a run to the editor named by the environment, if there is one.
 *
 * Loaded only when `TIDEMARK_CONTROL` is set: without it, neither this file nor JSON-RPC is read, and no phase costs anything.
 */
import type { Clock } from '../clock.ts'
import type { GuaranteeName } from '../guarantees/guarantee.ts'
import type { StopReport } from '../processing/ledger.ts'
import type { Bounds } from '../processing/options.ts'
import type { PhaseGate, Unit } from '../processing/unit.ts'
import type { Trace } from '../trace.ts'
import { connectEditor, standstillMsMax } from './connect.ts'
import { ifItDied } from './ifItDied.ts'
import { wireRange } from './wireRecords.ts'

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
  const editor = await connectEditor<Unit>({
    environment,
    hello: { groupId, guarantee, store, client },
    countsOutputs: true,
    clock,
    trace,
    ifItDied: (unit, phase) => ifItDied(guarantee, phase, unit.records),
    stop: options.stop,
  })
  if (!editor) return undefined
  return {
    gate: editor.stepper,
    timeouts: { sessionTimeoutMs: standstillMsMax, rebalanceTimeoutMs: standstillMsMax },
    groupInstanceId: 'tidemark-debug',
    async ended(report, error) {
      await editor.link.ended({
        committed: report.committed.map(wireRange),
        willBeRedone: report.willBeRedone.map(wireRange),
        unknown: report.unknown.map(wireRange),
        ...(error === undefined ? {} : { error: error instanceof Error ? error.message : String(error) }),
      })
    },
  }
}
