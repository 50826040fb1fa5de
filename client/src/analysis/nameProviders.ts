/** Hovers and completions of topic and group names, for the languages that the server reads. */
import * as vscode from 'vscode'
import type { Clusters } from '../cluster/clusters.ts'
import { type Analysis, languages } from './languageClient.ts'
import { completionTriggers, createNameCompletions } from './nameCompletions.ts'
import { createNameHovers } from './nameHovers.ts'
import { createNames } from './names.ts'
import type { Pipelines } from './pipelines.ts'

export function registerNames(analysis: Analysis, pipelines: Pipelines, clusters: Clusters): vscode.Disposable {
  const names = createNames(analysis)
  const selector = languages.map(language => ({ scheme: 'file', language }))
  return vscode.Disposable.from(
    vscode.languages.registerHoverProvider(selector, createNameHovers(names, pipelines, clusters)),
    vscode.languages.registerCompletionItemProvider(
      selector,
      createNameCompletions(names, pipelines, clusters),
      ...completionTriggers,
    ),
  )
}
