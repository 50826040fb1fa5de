/** Asks before what cannot be taken back; says first what a person should know. */
import * as vscode from 'vscode'

/**
 * A list of one: Enter goes on, Escape does not. Unlike a modal box it leaves the panel in sight, which the question is about.
 *
 * @param cautions what to know before; without any, nothing is asked
 */
export async function isMeant(title: string, action: string, cautions: readonly string[]): Promise<boolean> {
  if (cautions.length === 0) return true
  const goOn = { label: `$(warning) ${action}`, detail: cautions.join(' ') }
  return (await vscode.window.showQuickPick([goOn], { title, placeHolder: title, ignoreFocusOut: true })) === goOn
}
