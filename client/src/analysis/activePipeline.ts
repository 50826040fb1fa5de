/** Tells menus whether the active editor shows a pipeline. */
import * as vscode from 'vscode'
import { contexts } from '../contributions.ts'
import type { Pipelines } from './pipelines.ts'

export function trackActivePipeline(pipelines: Pipelines): vscode.Disposable {
  const update = (): void => {
    const document = vscode.window.activeTextEditor?.document
    const hasPipeline = document !== undefined && pipelines.in(document.uri).length > 0
    void vscode.commands.executeCommand('setContext', contexts.hasPipeline, hasPipeline)
  }
  return vscode.Disposable.from(pipelines.onDidChange(update), vscode.window.onDidChangeActiveTextEditor(update))
}
