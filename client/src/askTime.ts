import * as vscode from 'vscode'

/** @returns ms since 1970; `undefined` where the person closed the question */
export async function askTimestampMs(question: vscode.InputBoxOptions): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    ...question,
    validateInput: typed =>
      Number.isNaN(Date.parse(typed)) ? vscode.l10n.t('As in {0}.', '2026-11-20 12:01:04') : undefined,
  })
  return text === undefined ? undefined : Date.parse(text)
}
