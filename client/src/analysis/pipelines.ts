/** The pipelines that the language server has found, by document. */
import { type PipelineInfo, type PipelinesParams, pipelinesMethod } from '@tidemark/server/protocol'
import * as vscode from 'vscode'
import type { Analysis } from './languageClient.ts'

export interface Pipeline extends PipelineInfo {
  readonly uri: vscode.Uri
}

export interface Pipelines extends vscode.Disposable {
  all(): readonly Pipeline[]
  in(uri: vscode.Uri): readonly Pipeline[]
  /** Pipelines whose group id is known to be this one. */
  ofGroup(groupId: string): readonly Pipeline[]
  readonly onDidChange: vscode.Event<void>
}

export function createPipelines(analysis: Analysis): Pipelines {
  const byUri = new Map<string, readonly Pipeline[]>()
  const changed = new vscode.EventEmitter<void>()
  const listener = analysis.onDidStart(client => {
    byUri.clear()
    client.onNotification(pipelinesMethod, ({ uri, pipelines }: PipelinesParams) => {
      const parsed = vscode.Uri.parse(uri)
      if (pipelines.length === 0) byUri.delete(parsed.toString())
      else
        byUri.set(
          parsed.toString(),
          pipelines.map(pipeline => ({ ...pipeline, uri: parsed })),
        )
      changed.fire()
    })
  })
  const all = (): readonly Pipeline[] => [...byUri.values()].flat()
  return {
    all,
    in: uri => byUri.get(uri.toString()) ?? [],
    ofGroup: groupId => all().filter(pipeline => pipeline.groupId === groupId),
    onDidChange: changed.event,
    dispose: () => {
      listener.dispose()
      changed.dispose()
    },
  }
}
