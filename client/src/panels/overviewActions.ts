/** What the overview's buttons do. */
import type { ViewAction } from '@tidemark/webview/protocol'
import * as vscode from 'vscode'
import type { Analysis } from '../analysis/languageClient.ts'
import { openPipeline } from '../analysis/openPipeline.ts'
import type { ClusterConfig } from '../cluster/clusterSettings.ts'
import { commands } from '../contributions.ts'
import type { Debugging } from '../debugging/debugging.ts'
import { showFailure } from '../failures.ts'

export interface OverviewActionParts {
  readonly analysis: Analysis
  readonly debugging: Debugging
}

export function overviewAction(
  { analysis, debugging }: OverviewActionParts,
  action: ViewAction,
  cluster: ClusterConfig,
  groupId: string | undefined,
): void {
  const run = async (): Promise<unknown> => {
    if (action === 'startLocalKafka') return vscode.commands.executeCommand(commands.startLocalKafka)
    if (action === 'openSettings') return vscode.commands.executeCommand(commands.editClusters)
    if (groupId === undefined) return undefined
    if (action === 'openCode') return openPipeline(analysis, groupId)
    if (action === 'reset') return vscode.commands.executeCommand(commands.resetGroup, { cluster, group: { groupId } })
    return action === 'debug' ? debugging.debugPipeline({ group: { groupId } }) : undefined
  }
  run().catch(showFailure)
}
