import { restartLocalKafka } from '../../localKafka/index.ts'
import type { Terminal } from '../command.ts'

/** Restarts the brokers of a cluster that `tidemark kafka up` started, on the same ports with the same data. */
export async function restartKafka(name: string, terminal: Terminal): Promise<void> {
  await restartLocalKafka({ env: terminal.env, name, progress: text => terminal.error(text) })
  terminal.out('The broker has been restarted.')
}
