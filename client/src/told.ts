/** What the monitor says of connections, in the reader's language. Its English stands in the runtime, which speaks it in terminals. */
import { type Told, tell } from '@tidemark/runtime/monitor'
import * as vscode from 'vscode'

/** For sentences that stand in a table elsewhere; `test/client/translations.test.ts` knows the tables. */
const ofTable = vscode.l10n.t

export function told(words: Told): string {
  return tell(words, english => ofTable(english))
}
