/** Lets a fault meet a pipeline, starts it again where it died, and gives the account of what became of the batch. */
import { type Account, accountOf } from '../../../runtime/src/account.ts'
import type { FaultedParams, FaultParams } from '../../../runtime/src/protocol.ts'
import type { Scope } from '../../harness/scope.ts'
import { until } from '../../harness/until.ts'
import { openEditor, type TestEditor } from '../processor/editor.ts'
import type { LedgerStage } from './ledgerStage.ts'

export type Fault = NonNullable<FaultParams['fault']>

export interface Meeting {
  readonly faulted: FaultedParams
  readonly account: Account
  readonly before: TestEditor
  /** The editor of the restarted program; the same one where the program lived on. */
  readonly after: TestEditor
}

export interface FaultScene {
  readonly stage: LedgerStage
  readonly environment: NodeJS.ProcessEnv
  readonly file?: string
  /** Whether everything is done and committed. */
  isDone(): Promise<boolean> | boolean
}

export async function meet(t: Scope, { stage, environment, file, isDone }: FaultScene, fault: Fault): Promise<Meeting> {
  const before = await openEditor(t, { stopAtStart: true })
  const program = stage.start(before, environment, file)
  await before.stoppedAt('fetched')
  const { when } = await before.fault(fault)
  if (when === 'armed') before.command({ kind: 'continue' })
  const faulted = await until(`${fault} happens`, () => before.faulted.findLast(each => each.fault === fault)).catch(
    error => Promise.reject(new Error(program.output(), { cause: error })),
  )
  if (!faulted.isDeath) {
    if (when === 'now') before.command({ kind: 'continue' })
    await until('everything is done', isDone)
    if (fault === 'freeze')
      await until('the frozen process woke up', () => before.faulted.some(each => each.byOthers !== undefined))
    const last = before.faulted.findLast(each => each.fault === fault) ?? faulted
    program.signal('SIGTERM')
    await program.ended
    return { faulted: last, before, after: before, account: accountOf(last, afterOf(before, last)) }
  }
  if ((await program.ended) !== 'SIGKILL') throw new Error(`it lived on:\n${program.output()}`)
  const after = await openEditor(t, { stopAtStart: false })
  const again = stage.start(after, environment, file)
  await until('everything is done', async () => again.hasEnded() || (await isDone()))
  await until('it has told where it starts', () => after.positions.length > 0 || again.hasEnded())
  again.signal('SIGTERM')
  await again.ended
  return { faulted, before, after, account: accountOf(faulted, afterOf(after, undefined)) }
}

/** Batches that began after the fault, and positions told since. */
function afterOf(editor: TestEditor, faulted: FaultedParams | undefined) {
  const since = (atMs: number) => faulted === undefined || atMs >= faulted.atMs
  const begun = editor.states.filter(state => state.phase === 'processing' && since(state.phaseStartedAtMs))
  const again =
    faulted === undefined
      ? begun
      : begun.filter(
          each =>
            faulted.batch?.phase === 'fetched' ||
            each.attempt !== faulted.batch?.attempt ||
            each.batchId !== faulted.batch.batchId,
        )
  const told = editor.positions.flatMap(({ positions }) => positions)
  const committed = editor.states.filter(state => state.outcome === 'committed').flatMap(state => state.ranges)
  return {
    guarantee: editor.hellos[0]?.guarantee ?? '',
    positions:
      faulted === undefined
        ? told
        : committed.map(({ topic, partition, untilOffset }) => ({ topic, partition, offset: untilOffset })),
    ranAgain: again.flatMap(state => state.ranges),
    lost: editor.positions.flatMap(({ lost }) => lost),
  }
}

/** As `0-6 held notBegun`: offsets, fate, rule. */
export function rowsOf({ rows }: Account): string[] {
  return rows.map(({ range, fate, rule }) => `${range.fromOffset}-${range.untilOffset} ${fate} ${rule}`)
}
