/** The server as a process: its connection, and the engine behind it. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import { createEngine } from './analysis/engine/engine.ts'
import { createThreadedOracle } from './frontends/typescript/types/threadedOracle.ts'
import { serve } from './lsp/server.ts'

/** @param discovered - as {@link serve} calls it */
export function start(discovered: (files: readonly string[]) => void): void {
  // One for all folders: it starts with the first question, and most sessions ask none.
  const oracle = createThreadedOracle()
  serve(createConnection(ProposedFeatures.all), options => createEngine({ ...options, oracle }), discovered).listen()
}
