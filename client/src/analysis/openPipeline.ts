/** From a group of the cluster to the code that uses it: every pipeline of the workspace, in files nobody has opened too. */
import { type GroupPipeline, groupPipelinesMethod } from '@tidemark/server/protocol'
import * as vscode from 'vscode'
import { ClientError } from '../failures.ts'
import type { Analysis } from './languageClient.ts'

/** Opens the one there is; several are shown side by side in a peek view. */
export async function openPipeline(analysis: Analysis, groupId: string): Promise<void> {
  const client = await analysis.start()
  const title = vscode.l10n.t('Looking for pipelines of {0}', groupId)
  const found = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, () =>
    client.sendRequest<readonly GroupPipeline[]>(groupPipelinesMethod, { groupId }),
  )
  const [first] = found
  if (!first)
    throw new ClientError(
      vscode.l10n.t('No pipeline of this workspace uses group "{0}".', groupId),
      vscode.l10n.t('Its group id may come from the environment, or its code lie in another folder.'),
    )
  const place = placeOf(first)
  await vscode.window.showTextDocument(place.uri, { selection: place.range, viewColumn: vscode.ViewColumn.One })
  if (found.length === 1) return
  await vscode.commands.executeCommand(
    'editor.action.goToLocations',
    ...[place.uri, place.range.start, found.map(placeOf), 'peek', ''],
  )
}

function placeOf({ uri, range: { start, end } }: GroupPipeline): vscode.Location {
  return new vscode.Location(
    vscode.Uri.parse(uri),
    new vscode.Range(start.line, start.character, end.line, end.character),
  )
}
