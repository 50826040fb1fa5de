/** The language server: the analyzer's door for editors. Transport by argument: `--stdio`, `--node-ipc`, `--socket=<port>`. */
import { enableCompileCache } from 'node:module'
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import { createEngine } from './analysis/engine/engine.ts'
import { createThreadedOracle } from './frontends/typescript/types/threadedOracle.ts'
import { serve } from './lsp/server.ts'

enableCompileCache()
// One for all folders: it starts with the first question, and most sessions ask none.
const oracle = createThreadedOracle()
serve(createConnection(ProposedFeatures.all), options => createEngine({ ...options, oracle })).listen()
