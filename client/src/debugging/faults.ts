/** Fault here: asked of the pipeline, which does it to itself; a broker is restarted by whoever has started it. */
import { type FaultKind, whyNoRestart } from '@tidemark/runtime/protocol'
import * as vscode from 'vscode'
import type { LocalKafka } from '../cluster/localKafka.ts'
import { isMeant } from '../confirm.ts'
import { ClientError } from '../failures.ts'
import type { DebugRun } from './debugRun.ts'
import { armedFault, metFault } from './faultStory.ts'
import { runWords } from './runWords.ts'
import { nowMs } from './waiting.ts'

/**
 * @param fault null: what was armed is taken back
 * @throws {ClientError} this pipeline does not offer it.
 */
export async function faultHere(run: DebugRun, local: LocalKafka, fault: FaultKind | null): Promise<void> {
  if (fault === null) {
    await run.ask.fault({ fault })
    return run.change(state => ({ ...state, fault: undefined }))
  }
  if (fault === 'brokerRestart') return restartBroker(run, local)
  const offer = run.state.hello?.capabilities[fault]
  if (offer && !offer.isOffered) throw notOffered(runWords.reason(offer.reason))
  if (!(await isFaultMeant(run, offer?.isOffered && offer.caution ? runWords.reason(offer.caution) : undefined))) return
  // Told before it is asked for: a fault that happens at once answers by happening.
  run.change(state => ({ ...state, fault: armedFault(fault, state.life) }))
  try {
    await run.ask.fault({ fault })
  } catch (error) {
    // A pipeline that has killed itself cannot answer.
    if (run.state.fault?.faulted) return
    run.change(state => ({ ...state, fault: undefined }))
    throw error
  }
}

async function restartBroker(run: DebugRun, local: LocalKafka): Promise<void> {
  const cluster = await local.cluster()
  const why = whyNoRestart(cluster?.brokers ?? [], run.state.hello?.brokers)
  if (!cluster || why) throw notOffered(runWords.reason(why ?? 'byTheEditor'))
  const warning = vscode.l10n.t('The local Kafka at {0} is stopped and started again.', cluster.brokers.join(', '))
  if (!(await isFaultMeant(run, warning))) return
  run.change(state => ({
    ...state,
    fault: metFault(
      armedFault('brokerRestart', state.life),
      {
        fault: 'brokerRestart',
        isDeath: false,
        atMs: nowMs(),
        ...(state.batch ? { batch: state.batch } : {}),
        begun: state.batch && state.batch.phase !== 'fetched' ? state.batch.ranges : [],
        done: state.batch?.phase === 'saved' || state.batch?.phase === 'committed' ? state.batch.ranges : [],
        committed: [],
      },
      state.hello?.guarantee ?? '',
      state.life,
    ),
  }))
  await local.restart()
}

/** Whatever cannot be taken back, or is done to a group that others rely on, is asked for first. */
function isFaultMeant(run: DebugRun, caution: string | undefined): Promise<boolean> {
  const { scratchGroup, groupId } = run.options
  const used = run.state.hello?.groupId ?? groupId ?? ''
  const cautions = [
    ...(caution === undefined ? [] : [caution]),
    ...(scratchGroup === undefined
      ? [vscode.l10n.t('This run uses the real group {0}: the fault happens to it.', used)]
      : []),
  ]
  return isMeant(vscode.l10n.t('Fault here?'), vscode.l10n.t('Do It'), cautions)
}

function notOffered(reason: string): ClientError {
  return new ClientError(reason, vscode.l10n.t('The menu of faults says what this pipeline offers.'))
}
