/** How a failure reaches a person: what and why in one sentence, what to do in the next, the rest in the log. */
import { LocalKafkaError } from '@tidemark/runtime/localKafka'
import { TidemarkError } from '@tidemark/runtime/monitor'
import * as vscode from 'vscode'
import { log } from './log.ts'
import { toldError, toldLocalKafka } from './told.ts'

/** Failures that carry their own way out: the runtime's error table and ours. */
interface Actionable {
  readonly message: string
  readonly action: string
}

/** A failure of the extension itself, told as the runtime tells its own. */
export class ClientError extends Error implements Actionable {
  readonly action: string
  /** Offered as a button beside the message. */
  readonly command: { readonly title: string; readonly id: string } | undefined

  constructor(message: string, action: string, command?: { readonly title: string; readonly id: string }) {
    // Wherever only the message survives (another process, VS Code's own boxes), what to do survives with it.
    super(`${message} ${action}`)
    this.name = 'ClientError'
    this.action = action
    this.command = command
  }
}

/** One or two sentences for a message box, a tree row or a panel. Never a stack. */
export function failureText(error: unknown): string {
  if (error instanceof TidemarkError) return toldError(error)
  if (error instanceof LocalKafkaError) return toldLocalKafka(error)
  if (isActionable(error))
    return error.message.includes(error.action) ? error.message : `${error.message} ${error.action}`
  return error instanceof Error ? error.message : String(error)
}

export async function showFailure(error: unknown): Promise<void> {
  if (error instanceof vscode.CancellationError) return
  log().error(error instanceof Error ? error : String(error))
  const showLog = vscode.l10n.t('Show Log')
  const command = error instanceof ClientError ? error.command : undefined
  const chosen = await vscode.window.showErrorMessage(failureText(error), ...(command ? [command.title] : []), showLog)
  if (chosen === showLog) log().show(true)
  else if (command && chosen === command.title) await vscode.commands.executeCommand(command.id)
}

function isActionable(error: unknown): error is Actionable {
  return error instanceof Error && 'action' in error && typeof error.action === 'string'
}
