/** Pipelines in the outline, with the guarantee they keep. */
import type { DocumentSymbol } from 'vscode-languageserver-types'
import type { DocumentParams, Feature } from './feature.ts'
import { guaranteeText, pipelineName } from './guarantees.ts'

/** `SymbolKind.Event`, the protocol's nearest word. */
const eventKind = 24

export const documentSymbols: Feature<DocumentParams, DocumentSymbol[]> = {
  method: 'textDocument/documentSymbol',
  capabilities: { documentSymbolProvider: { label: 'Tidemark' } },

  handle({ workspace, uris }, { textDocument }) {
    const path = uris.pathOf(textDocument.uri)
    if (path === undefined) return []
    return workspace.check(path).pipelines.map(pipeline => ({
      name: pipelineName(pipeline),
      detail: guaranteeText(pipeline.inferred),
      kind: eventKind,
      range: pipeline.range,
      selectionRange: pipeline.range,
    }))
  },
}
