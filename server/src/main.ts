/** The language server: the analyzer's door for editors. Transport by argument: `--stdio`, `--node-ipc`, `--socket=<port>`. */
import { enableCompileCache } from 'node:module'
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import { createEngine } from './analysis/engine.ts'
import { serve } from './lsp/server.ts'

enableCompileCache()
serve(createConnection(ProposedFeatures.all), createEngine).listen()
