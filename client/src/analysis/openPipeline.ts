/** From a group of the cluster to the code that uses it: every pipeline of the workspace, in files nobody has opened too. */
import { type GroupPipeline, groupPipelinesMethod } from '@tidemark/server/protocol'
import * as vscode from 'vscode'
import { ClientError } from '../failures.ts'
import type { Analysis } from './languageClient.ts'

/** Opens the one there is; several are shown side by side in a peek view. */
export async function openPipeline(analysis: Analysis, groupId: string): Promise<void> {
  const found = await pipelinesOfGroup(analysis, groupId)
  const [first] = found
  if (!first) throw noPipeline(groupId)
  await vscode.window.showTextDocument(first.uri, { selection: first.range, viewColumn: vscode.ViewColumn.One })
  if (found.length === 1) return
  await vscode.commands.executeCommand('editor.action.goToLocations', first.uri, first.range.start, found, 'peek', '')
}

/** Every pipeline of the workspace that reads with the group, also in files that nobody has opened. */
export async function pipelinesOfGroup(analysis: Analysis, groupId: string): Promise<readonly vscode.Location[]> {
  const client = await analysis.start()
  const title = vscode.l10n.t('Looking for pipelines of {0}', groupId)
  const found = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    client.sendRequest<readonly GroupPipeline[]>(groupPipelinesMethod, { groupId }),
  )
  return found.map(placeOf)
}

export function noPipeline(groupId: string): ClientError {
  return new ClientError(
    vscode.l10n.t('No pipeline of this workspace uses group "{0}".', groupId),
    vscode.l10n.t('Its group id may come from the environment, or its code lie in another folder.'),
  )
}

function placeOf({ uri, range: { start, end } }: GroupPipeline): vscode.Location {
  return new vscode.Location(
    vscode.Uri.parse(uri),
    new vscode.Range(start.line, start.character, end.line, end.character),
  )
}
