/** What the monitor says of connections, in the reader's language. Its English stands in the runtime, which speaks it in terminals. */
import type { LocalKafkaError } from '@tidemark/runtime/localKafka'
import { reasonOf, type TidemarkError, type Told, tell, tellError } from '@tidemark/runtime/monitor'
import * as vscode from 'vscode'

const ofTable = vscode.l10n.t

/** For sentences that stand in a table elsewhere; `test/client/translations.test.ts` knows the tables. */
export function translate(english: string): string {
  return ofTable(english)
}

export function told(words: Told): string {
  return tell(words, translate)
}

/** An error of the runtime: what and why, and what to do. */
export function toldError(error: TidemarkError): string {
  const known = 'reason' in error.details ? { reason: told(reasonOf(error)) } : {}
  return tellError(error, translate, known)
}

export function toldLocalKafka(error: LocalKafkaError): string {
  return error.told(translate)
}
