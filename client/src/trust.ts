/** What waits until a person has said that the folder may be trusted: connecting, starting, running. */
import * as vscode from 'vscode'
import { ClientError } from './failures.ts'

/** @throws {ClientError} the workspace is not trusted. */
export function requireTrust(): void {
  if (vscode.workspace.isTrusted) return
  throw new ClientError(
    vscode.l10n.t('Nothing is started from, or connected for, a folder that is not trusted.'),
    vscode.l10n.t('Trust the workspace first.'),
    { title: vscode.l10n.t('Manage Workspace Trust'), id: 'workbench.trust.manage' },
  )
}
