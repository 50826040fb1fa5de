/** Which word under the cursor names a topic or a group: asked of the language server, which knows what the code means. */
import { type NameInfo, namesMethod } from '@tidemark/server/protocol'
import * as vscode from 'vscode'
import type { Analysis } from './languageClient.ts'

export interface Names {
  /** `undefined`: the place names nothing of Kafka, or the server does not run because nothing here concerns it. */
  at(document: vscode.TextDocument, position: vscode.Position): Promise<Name | undefined>
}

export interface Name extends Omit<NameInfo, 'range'> {
  readonly range: vscode.Range
}

export function createNames(analysis: Analysis): Names {
  return {
    at: async (document, position) => {
      if (!analysis.isConcerned(document)) return undefined
      const client = await analysis.start()
      const found = await client.sendRequest<readonly NameInfo[]>(namesMethod, { uri: document.uri.toString() })
      return found.map(asName).find(({ range }) => range.contains(position))
    },
  }
}

function asName({ range: { start, end }, ...name }: NameInfo): Name {
  return { ...name, range: new vscode.Range(start.line, start.character, end.line, end.character) }
}
