import { localKafkaStatus, restartLocalKafka } from '../../localKafka/index.ts'
import { capabilityReasons, whyNoRestart } from '../../protocol.ts'
import type { Terminal } from '../command.ts'

/**
 * Restarts the brokers of a cluster that `tidemark kafka up` started, on the same ports with the same data.
 *
 * @param brokers those that the pipeline uses, as they advertise themselves
 * @throws Error it is not the cluster that the pipeline uses.
 */
export async function restartKafka(
  name: string,
  terminal: Terminal,
  brokers: readonly string[] | undefined,
): Promise<void> {
  const { nodes } = await localKafkaStatus({ env: terminal.env, name })
  const local = nodes.filter(({ isRunning }) => isRunning).map(({ address }) => address)
  const why = whyNoRestart(local, brokers)
  if (why) throw new Error(capabilityReasons[why])
  await restartLocalKafka({ env: terminal.env, name, progress: text => terminal.error(text) })
  terminal.out('The broker has been restarted.')
}
