/**
 * Attaches a run to the editor named by the environment, if there is one.
 *
 * Loaded only when `TIDEMARK_CONTROL` is set: without it, neither this file nor JSON-RPC is read, and no phase costs anything.
 */
import type { GroupMembership, KafkaConnection } from '../clients/client.ts'
import type { Clock } from '../clock.ts'
import type { RecordWatch } from '../dataset/record.ts'
import { bug, reasonOf } from '../errors.ts'
import type { GuaranteeName, Rehearsal } from '../guarantees/guarantee.ts'
import type { StopReport } from '../processing/ledger.ts'
import type { Bounds } from '../processing/options.ts'
import { type PhaseGate, Unit } from '../processing/unit.ts'
import { controlScratchGroupVariable, controlSecondInstanceVariable } from '../protocol.ts'
import type { OffsetRange } from '../semantics/ranges.ts'
import type { OffsetStore } from '../stores/store.ts'
import type { Trace, TraceEvent } from '../trace.ts'
import { connectEditor, type EditorConnection, standstillMsMax } from './connect.ts'
import { cutUnit } from './cut.ts'
import { identityOf, lookAtCluster, sweepScratchGroups } from './debugCluster.ts'
import { handlerPlace } from './handlerPlace.ts'
import { ifItDied } from './ifItDied.ts'
import { metIn } from './metIn.ts'
import { offersOf } from './offers.ts'
import { refusalOf } from './readOnly.ts'
import { refetch } from './refetch.ts'
import { type ReplayStage, replayOffers } from './replay.ts'
import { forgetScratchGroup } from './scratchEnd.ts'
import { isScratchGroup } from './scratchName.ts'
import { canStartSecond, freezeUntilReplaced } from './understudy.ts'
import { wirePlace, wireRange } from './wireRecords.ts'

export interface AttachOptions {
  readonly environment: NodeJS.ProcessEnv
  readonly groupId: string
  readonly guarantee: GuaranteeName
  readonly store: string
  readonly client: string
  readonly handler: (...parameters: never[]) => unknown
  readonly isPerPartition: boolean
  readonly groupInstanceId: string | undefined
  /** Takes groups out of the store in which the pipeline keeps its offsets; absent where that is Kafka. */
  readonly forgetGroups: OffsetStore<never>['forgetGroups']
  readonly isolation: 'read_committed' | 'read_uncommitted'
  readonly connection: KafkaConnection
  readonly clock: Clock
  readonly trace: Trace
  membership(): GroupMembership
  stop(deadlineMs: number): void
}

/** What is only there once the guarantee is open: it is told of the attachment, and so opened after it. */
export interface AttachedRun<Extra extends object> {
  readonly rehearsal: Rehearsal<Extra> | undefined
  /** Hands a unit's records to the handler; decides nothing. */
  handle(unit: Unit, extra: Extra, watch: RecordWatch): void | Promise<void>
}

export interface Attachment {
  readonly gate: PhaseGate
  /** A process that stands at a breakpoint sends no heartbeat: the group is told to wait this long. */
  readonly timeouts: Pick<Bounds, 'sessionTimeoutMs' | 'rebalanceTimeoutMs'>
  /** Static membership, so that a debugged process that was killed does not hold its partitions for so long. */
  readonly groupInstanceId: string | undefined
  /** The run is open, and can be asked for replays. */
  opened<Extra extends object>(run: AttachedRun<Extra>): void
  /** Tells the editor where partitions start, and what of them is lost. */
  heard(event: TraceEvent): void
  /** The group was left, and the cluster can still be asked. */
  left(): Promise<void>
  ended(report: StopReport, error: unknown): Promise<void>
}

/**
 * Answers `undefined` when the editor cannot be reached or refuses: the run goes on without it, and says so.
 * @throws TidemarkError CLUSTER_READ_ONLY
 */
export async function attach(options: AttachOptions): Promise<Attachment | undefined> {
  const { environment, groupId, guarantee, store, client, clock, trace, connection, isPerPartition } = options
  const refusal = await refusalOf(environment, () => identityOf(connection))
  const cluster = await lookAtCluster(connection)
  const { standstillMs = standstillMsMax } = cluster
  const place = handlerPlace(options.handler)
  // A second instance is a member of its own, and says goodbye when it ends.
  const isSecond = environment[controlSecondInstanceVariable] !== undefined
  const groupInstanceId = isSecond ? undefined : (options.groupInstanceId ?? 'tidemark-debug')
  let run: AttachedRun<never> | undefined
  const editor = await connectEditor<Unit>({
    environment,
    hello: {
      groupId,
      guarantee,
      store,
      client,
      ...cluster,
      capabilities: offersOf({
        guarantee,
        isPerPartition,
        isHandlerFound: place !== null,
        canDeleteRecords: connection.deleteRecords !== undefined,
        canStartSecond: canStartSecond(),
      }),
    },
    clock,
    trace,
    faults: stepper => ({
      met: (unit, phase, read) => metIn(unit, phase, read, guarantee, stepper()),
      isCommitOnWire: store.startsWith('Kafka'),
      isCommitFirst: guarantee === 'at-most-once',
      // An open SQLite transaction holds the one write lock that the other instance would need.
      freezesAt: guarantee === 'transactional exactly-once' && store.startsWith('SQLite') ? 'fetched' : 'saved',
      freeze: ranges => freezeUntilReplaced(environment, ranges, async () => options.membership().expire?.()),
      deleteRecords: ranges =>
        connection.deleteRecords?.(
          ranges.map(({ topic, partition, untilOffset }) => ({ topic, partition, offset: BigInt(untilOffset) })),
        ) ?? bug('records were to be deleted by a client that cannot'),
    }),
    ifItDied: (unit, phase) => ifItDied(guarantee, phase, unit.records),
    handler: () => place,
    replayStage: () => (run ? replayStage(options, run) : undefined),
    cut: cutUnit,
    stop: options.stop,
  })
  if (refusal) {
    await editor?.link.ended({ ...nothingDone, error: refusal.message, readOnlyCluster: refusal.details.cluster })
    throw refusal
  }
  if (!editor) return undefined
  // A real group is never touched, whatever it is called.
  const isScratch = environment[controlScratchGroupVariable] === groupId
  const { forgetGroups } = options
  if (isScratch && !isSecond) void sweepScratchGroups(connection, groupId, clock, forgetGroups)
  const forget = async () => {
    if (!isScratch) return
    await forgetScratchGroup(connection, groupId)
    if (isScratchGroup(groupId)) await forgetGroups?.(each => each === groupId)
  }
  return attachment(editor, { groupInstanceId, standstillMs, forget, onOpened: opened => (run = opened) })
}

const nothingDone = { committed: [], willBeRedone: [], unknown: [] }

interface Surroundings {
  readonly groupInstanceId: string | undefined
  readonly standstillMs: number
  forget(): Promise<void>
  onOpened(run: AttachedRun<never>): void
}

function attachment(
  editor: EditorConnection<Unit>,
  { groupInstanceId, standstillMs, forget, onOpened }: Surroundings,
): Attachment {
  const { stepper, faults, link } = editor
  return {
    gate: {
      enter: (unit, phase) => stepper.enter(unit, phase),
      ended: (unit, outcome, error) => stepper.ended(unit, outcome, error),
      handle: (unit, extra, call) => stepper.handle(unit, extra, call),
      threw: (unit, error) => stepper.threw(unit, error),
      replied: unit => faults.replied(unit),
      letGo: () => stepper.letGo(),
    },
    timeouts: { sessionTimeoutMs: standstillMs, rebalanceTimeoutMs: standstillMsMax },
    groupInstanceId,
    opened: run => onOpened(run as AttachedRun<never>),
    heard(event) {
      if (event.kind === 'assigned') void link.positions({ positions: event.partitions.map(wirePlace), lost: [] })
      if (event.kind !== 'dataLoss') return
      const lost = event.reports.flatMap(({ vanished }) => (vanished ? [wireRange(vanished)] : []))
      void link.positions({ positions: [], lost })
    },
    async left() {
      if (!editor.isFinal) return
      await editor.endSeconds()
      await forget()
    },
    async ended(report, error) {
      await link.ended({
        committed: report.committed.map(wireRange),
        willBeRedone: report.willBeRedone.map(wireRange),
        unknown: report.unknown.map(wireRange),
        ...(error === undefined ? {} : { error: reasonOf(error) }),
      })
    },
  }
}

function replayStage(
  { connection, isolation, clock, ...options }: AttachOptions,
  run: AttachedRun<never>,
): ReplayStage {
  const offers = offersOf({
    guarantee: options.guarantee,
    isPerPartition: options.isPerPartition,
    isHandlerFound: true,
    canDeleteRecords: false,
    canStartSecond: false,
  })
  return {
    offerOf: mode => offers[replayOffers[mode]],
    refetch: (ranges: readonly OffsetRange[]) => refetch(ranges, { connection, isolation }),
    async run(slices, batchId, _mode, { watch, seen, noted }) {
      const rehearsal = run.rehearsal ?? bug('a replay without a rehearsal')
      const units = options.isPerPartition ? slices.map(slice => [slice]) : [slices]
      for (const part of units) {
        const unit = new Unit({
          batchId,
          sequence: 0,
          slices: part,
          owned: [],
          startedAtMs: clock.nowMs(),
          isFrozen: true,
        })
        unit.attempt = 1
        await rehearsal.run(unit, async extra => {
          if (unit.records > 0) await noted(() => run.handle(unit, seen<never>(extra), watch))
        })
      }
    },
  }
}
