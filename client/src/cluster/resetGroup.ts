/** Resets a group: asks where to, shows what that does to each partition, does it, and offers to undo it. */
import {
  type ClusterChanges,
  openChanges,
  type PlannedMove,
  type Position,
  planReset,
  positionsOf,
  type ResetPlan,
  type ResetTarget,
  TidemarkError,
} from '@tidemark/runtime/monitor'
import { visibleName } from '@tidemark/webview/visible'
import * as vscode from 'vscode'
import { count } from '../analysis/hoverText.ts'
import { askTimestampMs } from '../askTime.ts'
import { isMeant } from '../confirm.ts'
import { ClientError } from '../failures.ts'
import { clusterOf } from './clusterOf.ts'
import type { ClusterConfig } from './clusterSettings.ts'
import type { Clusters } from './clusters.ts'

/** Nothing happens when the person closes a question. */
export async function resetGroup(clusters: Clusters, node: unknown): Promise<void> {
  const groupId = (node as { group?: { groupId?: string } } | undefined)?.group?.groupId
  if (groupId === undefined) return
  const cluster = await clusterOf(clusters, node)
  // The gate of all changes refuses it too; here before anything is asked.
  if (cluster.isReadOnly)
    throw new TidemarkError('CLUSTER_READ_ONLY', { cluster: cluster.name, what: `reset group '${groupId}'` })
  const target = await askTarget(groupId)
  if (!target) return
  const plan = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Reading where {0} stands', groupId) },
    async () =>
      planReset(selection => clusters.read(cluster, selection), await clusters.clientFor(cluster), {
        groupId,
        target,
      }),
  )
  checkPlan(plan)
  const moves = await choosePartitions(plan)
  if (!moves) return
  const title = vscode.l10n.t('Reset {0} on {1}?', visibleName(groupId), cluster.name)
  const caution = vscode.l10n.t('{0} partitions: {1}. It can be undone.', moves.length, consequences(moves))
  if (!(await isMeant(title, vscode.l10n.t('Reset'), [caution]))) return
  await changing(clusters, cluster, async changes => {
    const before = await changes.resetOffsets(groupId, positionsOf(moves))
    void offerUndo(clusters, cluster, groupId, before)
  })
}

async function askTarget(groupId: string): Promise<ResetTarget | undefined> {
  const chosen = await vscode.window.showQuickPick(
    [
      { label: vscode.l10n.t('Earliest'), description: vscode.l10n.t('all that the log still holds'), ask: earliest },
      { label: vscode.l10n.t('Latest'), description: vscode.l10n.t('only what comes from now on'), ask: latest },
      { label: vscode.l10n.t('A time…'), description: vscode.l10n.t('its first record at or after it'), ask: askTime },
      { label: vscode.l10n.t('An offset…'), description: vscode.l10n.t('the same in each partition'), ask: askOffset },
      { label: vscode.l10n.t('So many offsets on or back…'), description: '', ask: askShift },
    ],
    {
      title: vscode.l10n.t('Reset {0}', visibleName(groupId)),
      placeHolder: vscode.l10n.t('Where is it read on?'),
      // A panel that opens meanwhile takes the focus; the questions belong together.
      ignoreFocusOut: true,
    },
  )
  return chosen?.ask()
}

const earliest = async (): Promise<ResetTarget> => ({ kind: 'earliest' })
const latest = async (): Promise<ResetTarget> => ({ kind: 'latest' })

async function askTime(): Promise<ResetTarget | undefined> {
  const timestampMs = await askTimestampMs({
    prompt: vscode.l10n.t('Local time without a zone.'),
    placeHolder: '2026-11-20 12:01:04',
    ignoreFocusOut: true,
  })
  return timestampMs === undefined ? undefined : { kind: 'time', timestampMs }
}

async function askOffset(): Promise<ResetTarget | undefined> {
  const offset = await askNumber(/^\d{1,18}$/, '18250')
  return offset === undefined ? undefined : { kind: 'offset', offset }
}

async function askShift(): Promise<ResetTarget | undefined> {
  const by = await askNumber(/^-?\d{1,18}$/, '-100')
  return by === undefined ? undefined : { kind: 'shift', by }
}

async function askNumber(form: RegExp, example: string): Promise<bigint | undefined> {
  const text = await vscode.window.showInputBox({
    placeHolder: example,
    ignoreFocusOut: true,
    validateInput: typed => (form.test(typed.trim()) ? undefined : vscode.l10n.t('As in {0}.', example)),
  })
  return text === undefined ? undefined : BigInt(text.trim())
}

function checkPlan({ groupId, members, moves }: ResetPlan): void {
  if (members.length > 0)
    throw new ClientError(
      vscode.l10n.t(
        '{0} has members, which would commit over a reset: {1}.',
        visibleName(groupId),
        members.map(({ clientId, clientHost }) => visibleName(`${clientId} (${clientHost})`)).join(', '),
      ),
      vscode.l10n.t('Stop them first. Nothing was changed.'),
    )
  if (moves.length === 0)
    throw new ClientError(
      vscode.l10n.t('{0} has committed nothing that could be reset.', visibleName(groupId)),
      vscode.l10n.t("The command line names topics that it has not read yet: 'tidemark reset --topic'."),
    )
}

/** The table of consequences; what is ticked is reset. */
async function choosePartitions({ groupId, moves, left }: ResetPlan): Promise<readonly PlannedMove[] | undefined> {
  const chosen = await vscode.window.showQuickPick(moves.map(rowOf), {
    canPickMany: true,
    ignoreFocusOut: true,
    title: vscode.l10n.t('Reset {0}: {1}', visibleName(groupId), consequences(moves)),
    placeHolder:
      left.length === 0
        ? vscode.l10n.t('Partitions to reset. Records are at most as many as offsets.')
        : vscode.l10n.t('Partitions to reset. {0} more stay as they are.', left.length),
  })
  const ticked = chosen?.map(({ move }) => move)
  return ticked?.length ? ticked : undefined
}

function rowOf(move: PlannedMove): vscode.QuickPickItem & { readonly move: PlannedMove } {
  const { topic, partition, fromOffset, toOffset, isClamped, next } = move
  const from = fromOffset === undefined ? vscode.l10n.t('never committed') : count(fromOffset)
  const nearest = isClamped ? ` (${vscode.l10n.t('the nearest there is')})` : ''
  const first =
    next === undefined
      ? vscode.l10n.t('next: what comes from now on')
      : vscode.l10n.t(
          'next: {0}',
          `${new Date(next.timestampMs).toLocaleString(vscode.env.language)}${next.key === null ? '' : ` · ${visibleName(next.key)}`}`,
        )
  return {
    label: `${visibleName(topic)}/${partition}`,
    description: `${from} → ${count(toOffset)}${nearest}`,
    detail: `${consequences([move])} · ${first}`,
    picked: true,
    move,
  }
}

function consequences(moves: readonly PlannedMove[]): string {
  const sum = (of: (move: PlannedMove) => bigint) => moves.reduce((total, move) => total + of(move), 0n)
  const [replayed, skipped, taken] = [sum(move => move.replayed), sum(move => move.skipped), sum(move => move.taken)]
  const parts = [
    ...(replayed > 0n ? [vscode.l10n.t('up to {0} records read again', count(replayed))] : []),
    ...(skipped > 0n ? [vscode.l10n.t('up to {0} records skipped', count(skipped))] : []),
    ...(taken > 0n ? [vscode.l10n.t('{0} offsets taken by retention', count(taken))] : []),
  ]
  return parts.length > 0 ? parts.join(', ') : vscode.l10n.t('nothing read again, nothing skipped')
}

async function offerUndo(
  clusters: Clusters,
  cluster: ClusterConfig,
  groupId: string,
  before: readonly Position[],
): Promise<void> {
  const undo = vscode.l10n.t('Undo')
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t('{0} was reset in {1} partitions.', visibleName(groupId), before.length),
    undo,
  )
  if (chosen !== undo) return
  await changing(clusters, cluster, changes => changes.resetOffsets(groupId, before))
  void vscode.window.showInformationMessage(vscode.l10n.t('{0} stands where it stood before.', visibleName(groupId)))
}

async function changing(
  clusters: Clusters,
  cluster: ClusterConfig,
  work: (changes: ClusterChanges) => Promise<unknown>,
): Promise<void> {
  const { name: clusterName, isReadOnly } = cluster
  const changes = openChanges({ client: await clusters.clientFor(cluster), clusterName, isReadOnly })
  try {
    await work(changes)
  } finally {
    await changes.close()
  }
}
