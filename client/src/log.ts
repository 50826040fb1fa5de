/** The extension's one output channel. Made when the first line is written. */
import * as vscode from 'vscode'

let channel: vscode.LogOutputChannel | undefined

export function log(): vscode.LogOutputChannel {
  channel ??= vscode.window.createOutputChannel('Tidemark', { log: true })
  return channel
}

export function disposeLog(): void {
  channel?.dispose()
  channel = undefined
}
