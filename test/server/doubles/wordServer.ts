/** The language server on the engine that reads words. */
import { serve } from '@tidemark/server/lsp/server'
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import { createWordEngine } from './wordEngine.ts'

serve(createConnection(ProposedFeatures.all), createWordEngine).listen()
