/** What all panels share: one page, one policy, messages only from and to our own script. */
import { randomBytes } from 'node:crypto'
import { panelHtml } from '@tidemark/webview/page'
import type { HostMessage, ViewMessage } from '@tidemark/webview/protocol'
import * as vscode from 'vscode'

export interface PanelOptions {
  readonly extensionUri: vscode.Uri
  readonly view: 'overview' | 'batch' | 'connection'
  /** The webview's id; see contributions.ts. */
  readonly id: string
  readonly title: string
  readonly column: vscode.ViewColumn
  /** The page lives on while its tab is hidden: what was typed into it must not be lost. */
  readonly isKept?: boolean
  readonly onMessage: (message: ViewMessage) => void
}

/** A new panel that shows the bundled page of its view. Dispose it to close it. */
export function openPanel(options: PanelOptions): vscode.WebviewPanel {
  const place = { viewColumn: options.column, preserveFocus: options.isKept !== true }
  const panel = vscode.window.createWebviewPanel(options.id, options.title, place, {
    enableScripts: true,
    retainContextWhenHidden: options.isKept === true,
    localResourceRoots: [distFolder(options.extensionUri)],
  })
  drawPanel(panel, options)
  return panel
}

/** Fills a panel that VS Code has made or restored. */
export function drawPanel(panel: vscode.WebviewPanel, options: Omit<PanelOptions, 'column' | 'id'>): void {
  const { webview } = panel
  const dist = distFolder(options.extensionUri)
  webview.options = { enableScripts: true, localResourceRoots: [dist] }
  panel.iconPath = vscode.Uri.joinPath(options.extensionUri, 'client', 'media', 'tidemark.svg')
  webview.onDidReceiveMessage((message: unknown) => {
    if (isViewMessage(message)) options.onMessage(message)
  })
  webview.html = panelHtml({
    view: options.view,
    nonce: randomBytes(16).toString('base64'),
    cspSource: webview.cspSource,
    scriptUri: webview.asWebviewUri(vscode.Uri.joinPath(dist, `${options.view}.js`)).toString(),
    styleUri: webview.asWebviewUri(vscode.Uri.joinPath(dist, `${options.view}.css`)).toString(),
    language: vscode.env.language,
    title: options.title,
  })
}

export function post(panel: vscode.WebviewPanel, message: HostMessage): void {
  void panel.webview.postMessage(message)
}

function distFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'webview', 'dist')
}

function isViewMessage(message: unknown): message is ViewMessage {
  return typeof message === 'object' && message !== null && 'type' in message && typeof message.type === 'string'
}
