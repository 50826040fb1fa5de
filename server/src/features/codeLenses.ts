/** Over each pipeline: the guarantee it keeps, and *Debug pipeline* where the runtime can be stepped. */
import type { CodeLens } from 'vscode-languageserver-types'
import type { DocumentParams, Feature, FeatureContext } from './feature.ts'
import { guaranteeTitle } from './guarantees.ts'

/** Of the extension: opens the batch panel and starts the pipeline under the debugger. Arguments: address, range. */
const debugCommand = 'tidemark.debugPipeline'

export const codeLenses: Feature<DocumentParams, CodeLens[]> = {
  method: 'textDocument/codeLens',
  capabilities: { codeLensProvider: { resolveProvider: false } },

  handle({ workspace, uris }: FeatureContext, { textDocument: { uri } }) {
    const path = uris.pathOf(uri)
    if (path === undefined) return []
    return workspace.check(path).pipelines.flatMap(pipeline => {
      const { range, client } = pipeline
      // An empty command is a lens that only says something.
      const guarantee: CodeLens = { range, command: { title: guaranteeTitle(pipeline), command: '' } }
      if (client !== '@tidemark/runtime') return [guarantee]
      return [
        guarantee,
        { range, command: { title: 'Debug pipeline', command: debugCommand, arguments: [uri, range] } },
      ]
    })
  },
}
