/** The limit of a language server: the protocol's library as ours uses it, and of the analysis only the parse of the file that is open. */
import module from 'node:module'
import ts from 'typescript'
import { createConnection, ProposedFeatures, TextDocumentSyncKind, TextDocuments } from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'

module.enableCompileCache()
const connection = createConnection(ProposedFeatures.all)
const documents = new TextDocuments(TextDocument)
connection.onInitialize(() => ({ capabilities: { textDocumentSync: TextDocumentSyncKind.Incremental } }))
documents.onDidChangeContent(({ document }) => {
  const { uri, version } = document
  ts.createSourceFile(uri, document.getText(), ts.ScriptTarget.ESNext, false)
  void connection.sendDiagnostics({ uri, version, diagnostics: [] })
})
documents.listen(connection)
connection.listen()
