/** What the overview's buttons do. */
import type { ViewAction } from '@tidemark/webview/protocol'
import * as vscode from 'vscode'
import type { Analysis } from '../analysis/languageClient.ts'
import { openPipeline } from '../analysis/openPipeline.ts'
import type { Pipelines } from '../analysis/pipelines.ts'
import { commands } from '../contributions.ts'
import type { Debugging } from '../debugging/debugging.ts'
import { showFailure } from '../failures.ts'

export interface OverviewActionParts {
  readonly analysis: Analysis
  readonly pipelines: Pipelines
  readonly debugging: Debugging
}

export function overviewAction(
  { analysis, pipelines, debugging }: OverviewActionParts,
  action: ViewAction,
  groupId: string | undefined,
): void {
  const run = async (): Promise<unknown> => {
    if (action === 'startLocalKafka') return vscode.commands.executeCommand(commands.startLocalKafka)
    if (action === 'openSettings') return vscode.commands.executeCommand(commands.editClusters)
    if (groupId === undefined) return undefined
    if (action === 'openCode') return openPipeline(analysis, groupId)
    const [pipeline] = pipelines.ofGroup(groupId)
    return action === 'debug' && pipeline ? debugging.debugPipeline(pipeline.uri, pipeline.range) : undefined
  }
  run().catch(showFailure)
}
