/** The panel that adds or edits one cluster. What is typed stays in the page until it is tested or saved. */
import type { ConnectionReport } from '@tidemark/runtime/monitor'
import type {
  ConnectionField,
  ConnectionForm,
  ConnectionSnapshot,
  ConnectionTest,
  ViewMessage,
} from '@tidemark/webview/protocol'
import * as vscode from 'vscode'
import { emptyForm, entryOf, formOf, problemsOf, secretsOf } from '../cluster/clusterForm.ts'
import {
  type ClusterConfig,
  checkedCluster,
  configuredClusters,
  isAddress,
  isTokenEndpoint,
} from '../cluster/clusterSettings.ts'
import { saveCluster } from '../cluster/clusterStore.ts'
import type { Clusters } from '../cluster/clusters.ts'
import { chooseFile, type ImportedForm, importCompose, importProperties } from '../cluster/importCluster.ts'
import { deleteSecrets, readSecrets, storedSecrets } from '../cluster/secrets.ts'
import { panels } from '../contributions.ts'
import { failureText, showFailure } from '../failures.ts'
import { told } from '../told.ts'
import { formWords, reportSummary } from './connectionWords.ts'
import { openPanel, post } from './panel.ts'

export interface ConnectionPanelParts {
  readonly extensionUri: vscode.Uri
  readonly secrets: vscode.SecretStorage
  readonly clusters: Clusters
}

const noTest: ConnectionTest = { kind: 'none', steps: [] }

export class ConnectionPanel {
  readonly #parts: ConnectionPanelParts
  readonly #panel: vscode.WebviewPanel
  readonly #editing: string | undefined
  #form: ConnectionForm
  #revision = 0
  #problems: ConnectionSnapshot['problems'] = {}
  #notes: readonly string[] = []
  #test: ConnectionTest = noTest
  /** A test that was overtaken by another tells nothing any more. */
  #testNumber = 0
  #isOpen = true

  constructor(parts: ConnectionPanelParts, editing: ClusterConfig | undefined) {
    this.#parts = parts
    this.#editing = editing?.name
    this.#form = editing ? formOf(editing) : emptyForm
    this.#panel = openPanel({
      extensionUri: parts.extensionUri,
      view: 'connection',
      id: panels.connection,
      title: editing ? vscode.l10n.t('Edit {0}', editing.name) : vscode.l10n.t('Add Cluster'),
      column: vscode.ViewColumn.Active,
      isKept: true,
      onMessage: message => void this.#receive(message).catch(showFailure),
    })
    this.#panel.onDidDispose(() => {
      this.#isOpen = false
    })
  }

  onDidClose(callback: () => void): void {
    this.#panel.onDidDispose(callback)
  }

  show(): void {
    this.#panel.reveal(undefined, false)
  }

  close(): void {
    this.#panel.dispose()
  }

  /** Tests what the form holds. */
  async test(): Promise<void> {
    if (!(await this.#check(['name']))) return
    const number = ++this.#testNumber
    this.#test = { kind: 'running', steps: [] }
    await this.#post()
    const done = await this.#testResult()
    if (number !== this.#testNumber) return
    this.#test = done
    await this.#post()
  }

  /** Takes over what was read from a file. */
  async fill({ form, notes }: ImportedForm): Promise<void> {
    // An entry that is edited keeps its name, under which its secrets lie.
    const name = this.#editing ?? form.name ?? this.#form.name
    this.#form = { ...this.#form, ...form, name, isReadOnly: this.#form.isReadOnly }
    this.#notes = notes
    this.#problems = {}
    this.#test = noTest
    this.#revision++
    await this.#post()
  }

  async #receive(message: ViewMessage): Promise<void> {
    if (message.type === 'ready') return this.#post()
    if (message.type !== 'connection' && message.type !== 'browse' && message.type !== 'forgetSecret') return
    this.#form = message.form
    if (message.type === 'browse') return this.#browse(message.field)
    if (message.type === 'forgetSecret') {
      if (this.#editing !== undefined) await deleteSecrets(this.#parts.secrets, this.#editing, [message.secret])
      return this.#post()
    }
    switch (message.command) {
      case 'cancel':
        return this.close()
      case 'test':
        return this.test()
      case 'save':
        return this.#save()
      case 'importProperties':
      case 'importCompose': {
        const imported = await chooseImport(message.command)
        if (imported) await this.fill(imported)
      }
    }
  }

  async #browse(field: 'ca' | 'cert' | 'key'): Promise<void> {
    const path = await chooseFile(vscode.l10n.t('PEM file'))
    if (path === undefined) return
    this.#form = { ...this.#form, [field]: path }
    this.#revision++
    await this.#post()
  }

  async #save(): Promise<void> {
    if (!(await this.#check([]))) return
    const entry = entryOf(this.#form)
    await saveCluster(this.#parts.secrets, entry, secretsOf(this.#form), this.#editing)
    this.close()
    // Of a changed secret the settings do not tell.
    this.#parts.clusters.reset()
  }

  /** @param exceptFields - those that do not matter for what is to be done */
  async #check(exceptFields: readonly ConnectionField[]): Promise<boolean> {
    const { clusters } = configuredClusters()
    const stored = await this.#stored()
    const takenNames = clusters.map(({ name }) => name).filter(name => name !== this.#editing)
    const found = problemsOf(this.#form, { takenNames, stored, isAddress, isTokenEndpoint }, formWords())
    this.#problems = Object.fromEntries(
      Object.entries(found).filter(([field]) => !exceptFields.includes(field as ConnectionField)),
    )
    await this.#post()
    return Object.keys(this.#problems).length === 0
  }

  async #testResult(): Promise<ConnectionTest> {
    try {
      const cluster = checkedCluster({ ...entryOf(this.#form), name: this.#form.name.trim() || '-' })
      const known =
        this.#editing === undefined ? {} : await readSecrets(this.#parts.secrets, { ...cluster, name: this.#editing })
      const report = await this.#parts.clusters.testConnection(cluster, { ...known, ...secretsOf(this.#form) })
      return { ...shownReport(report), kind: 'done' }
    } catch (error) {
      return { kind: 'done', isUsable: false, summary: failureText(error), steps: [] }
    }
  }

  #stored() {
    return this.#editing === undefined ? [] : storedSecrets(this.#parts.secrets, this.#editing)
  }

  async #post(): Promise<void> {
    const stored = await this.#stored()
    if (!this.#isOpen) return
    const snapshot: ConnectionSnapshot = {
      view: 'connection',
      editing: this.#editing,
      form: this.#form,
      revision: this.#revision,
      problems: this.#problems,
      storedSecrets: stored,
      notes: this.#notes,
      test: this.#test,
      isTrusted: vscode.workspace.isTrusted,
    }
    post(this.#panel, { type: 'snapshot', snapshot })
  }
}

export function shownReport(report: ConnectionReport): Omit<ConnectionTest, 'kind'> {
  const steps = report.steps.map(({ detail, tryThis, ...step }) => ({
    ...step,
    detail: told(detail),
    ...(tryThis === undefined ? {} : { tryThis: told(tryThis) }),
  }))
  return { isUsable: report.isUsable, summary: reportSummary(report), steps }
}

export async function chooseImport(kind: 'importProperties' | 'importCompose'): Promise<ImportedForm | undefined> {
  if (kind === 'importProperties') {
    const path = await chooseFile(vscode.l10n.t('Kafka client properties'))
    return path === undefined ? undefined : importProperties(path)
  }
  const path = await chooseFile(vscode.l10n.t('Compose file'))
  return path === undefined ? undefined : importCompose(path)
}
