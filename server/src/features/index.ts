/** Every feature the server answers for. */
import { codeActions } from './codeActions.ts'
import { codeLenses } from './codeLenses.ts'
import { documentSymbols } from './documentSymbols.ts'
import { type AnyFeature, asAny } from './feature.ts'
import { hovers } from './hovers.ts'

export const features: readonly AnyFeature[] = [
  asAny(codeActions),
  asAny(codeLenses),
  asAny(documentSymbols),
  asAny(hovers),
]
