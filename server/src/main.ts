/** The language server: the analyzer's door for editors. Transport by argument: `--stdio`, `--node-ipc`, `--socket=<port>`. */
import module from 'node:module'
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import { createEngine } from './analysis/engine/engine.ts'
import { createThreadedOracle } from './frontends/typescript/types/threadedOracle.ts'
import { serve } from './lsp/server.ts'

module.enableCompileCache()
// One for all folders: it starts with the first question, and most sessions ask none.
const oracle = createThreadedOracle()
serve(
  createConnection(ProposedFeatures.all),
  options => createEngine({ ...options, oracle }),
  // What is compiled by now is what every start needs. At the end it may be too late: an editor that closes kills its servers.
  () => module.flushCompileCache?.(),
).listen()
