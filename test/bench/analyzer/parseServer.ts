/**
 * The limit of a language server: the protocol's library as ours uses it, and of the analysis only the parse of the file that was
 * edited. It tells of the same files as ours, so that what is left is the analysis: of the edited one, and of those that import it.
 */
import module from 'node:module'
import { basename } from 'node:path'
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
  const specifier = `./${basename(uri, '.ts')}'`
  for (const other of documents.all())
    if (other.getText().includes(specifier))
      void connection.sendDiagnostics({ uri: other.uri, version: other.version, diagnostics: [] })
})
documents.listen(connection)
connection.listen()
