/** Writes clusters: their entries into the setting, where it stands already, and their secrets into the secret store. */
import * as vscode from 'vscode'
import { settings } from '../contributions.ts'
import { type ClusterSecrets, deleteSecrets, moveSecrets, writeSecrets } from './secrets.ts'

/** @param editing - the name of the entry that is replaced; `undefined` adds one */
export async function saveCluster(
  storage: vscode.SecretStorage,
  entry: Readonly<Record<string, unknown>>,
  secrets: ClusterSecrets,
  editing: string | undefined,
): Promise<void> {
  const name = String(entry.name)
  // Secrets first: a cluster that appears without its password would be tried, and fail, before it comes.
  if (editing !== undefined && editing !== name) await moveSecrets(storage, editing, name)
  await writeSecrets(storage, name, secrets)
  await changeEntries(entries => {
    const at = entries.findIndex(known => nameOf(known) === editing)
    return editing === undefined || at < 0 ? [...entries, entry] : entries.with(at, entry)
  })
}

export async function removeCluster(storage: vscode.SecretStorage, name: string): Promise<void> {
  await changeEntries(entries => entries.filter(entry => nameOf(entry) !== name))
  await deleteSecrets(storage, name)
}

/** The most specific value is the one in force: written elsewhere, a change would not be seen. */
async function changeEntries(change: (entries: readonly unknown[]) => readonly unknown[]): Promise<void> {
  const configuration = vscode.workspace.getConfiguration()
  const found = configuration.inspect<unknown[]>(settings.clusters)
  const isWorkspace = found?.workspaceValue !== undefined && vscode.workspace.isTrusted
  const value = (isWorkspace ? found?.workspaceValue : found?.globalValue) ?? []
  const target = isWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global
  await configuration.update(settings.clusters, change(Array.isArray(value) ? value : []), target)
}

function nameOf(entry: unknown): unknown {
  return (entry as { name?: unknown } | null)?.name
}
