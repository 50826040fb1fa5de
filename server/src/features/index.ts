/** Every feature the server answers for. */
import { codeActions } from './codeActions.ts'
import { codeLenses } from './codeLenses.ts'
import { documentSymbols } from './documentSymbols.ts'
import { type AnyFeature, asAny } from './feature.ts'
import { groupPipelines } from './groupPipelines.ts'
import { hovers } from './hovers.ts'
import { inlayHints } from './inlayHints.ts'
import { names } from './names.ts'

export const features: readonly AnyFeature[] = [
  asAny(codeActions),
  asAny(codeLenses),
  asAny(documentSymbols),
  asAny(groupPipelines),
  asAny(hovers),
  asAny(inlayHints),
  asAny(names),
]
