/** From a group of the cluster to the code that uses it. */
import { basename } from 'node:path'
import * as vscode from 'vscode'
import { ClientError } from '../failures.ts'
import type { Analysis } from './languageClient.ts'
import type { Pipeline, Pipelines } from './pipelines.ts'

/** Opens the pipeline of the workspace that reads with this group; asks when there are several. */
export async function openPipeline(analysis: Analysis, pipelines: Pipelines, groupId: string): Promise<void> {
  await analysis.start()
  const found = pipelines.ofGroup(groupId)
  if (found.length === 0)
    throw new ClientError(
      vscode.l10n.t('No pipeline known in this workspace uses group "{0}".', groupId),
      vscode.l10n.t('Open the file that starts it: pipelines are known from the files that were opened.'),
    )
  const chosen = found.length === 1 ? found[0] : await choose(found)
  if (!chosen) return
  const { start, end } = chosen.range
  await vscode.window.showTextDocument(chosen.uri, {
    selection: new vscode.Range(start.line, start.character, end.line, end.character),
    viewColumn: vscode.ViewColumn.One,
  })
}

async function choose(found: readonly Pipeline[]): Promise<Pipeline | undefined> {
  const items = found.map(pipeline => ({
    label: `${basename(pipeline.uri.fsPath)}:${pipeline.range.start.line + 1}`,
    description: vscode.workspace.asRelativePath(pipeline.uri),
    detail: pipeline.inferred,
    pipeline,
  }))
  return (await vscode.window.showQuickPick(items))?.pipeline
}
