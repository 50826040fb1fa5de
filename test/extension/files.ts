/** Files of the window's folder, shown and put away. */
import assert from 'node:assert/strict'
import * as vscode from 'vscode'

export async function open(path: string): Promise<vscode.TextDocument> {
  const [folder] = vscode.workspace.workspaceFolders ?? []
  assert.ok(folder)
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, path))
  await vscode.window.showTextDocument(document, vscode.ViewColumn.One)
  return document
}

/** Reverts and closes: the next test finds the files as they are on disk. */
export async function closeAll(): Promise<void> {
  while (vscode.window.activeTextEditor?.document.isDirty)
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor')
  await vscode.commands.executeCommand('workbench.action.closeAllEditors')
}
