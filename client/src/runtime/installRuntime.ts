/** Installs the runtime that this extension carries into the workspace's project: works without a network. */
import { access } from 'node:fs/promises'
import * as vscode from 'vscode'
import { ClientError } from '../failures.ts'

/** Runs in a terminal: a person sees what is installed, and by which package manager. */
export async function installRuntime(context: vscode.ExtensionContext): Promise<void> {
  const [folder] = vscode.workspace.workspaceFolders ?? []
  if (!folder || !vscode.workspace.isTrusted)
    throw new ClientError(
      vscode.l10n.t('There is no folder to install the runtime into.'),
      vscode.l10n.t('Open a folder with a package.json first.'),
    )
  const packed = context.asAbsolutePath('client/dist/tidemark-runtime.tgz')
  await access(packed).catch(() => {
    throw new ClientError(
      vscode.l10n.t('This build of the extension does not carry the runtime package.'),
      vscode.l10n.t('Install @tidemark/runtime from npm, or run npm run package.'),
    )
  })
  const shellArgs = ['install', '--no-audit', '--no-fund', packed]
  const isWindows = process.platform === 'win32'
  vscode.window
    .createTerminal({ name: 'Tidemark', cwd: folder.uri, shellPath: isWindows ? 'npm.cmd' : 'npm', shellArgs })
    .show(true)
}
