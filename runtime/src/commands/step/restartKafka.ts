import { localKafkaStatus, startLocalKafka, stopLocalKafka } from '../../localKafka/index.ts'
import type { Terminal } from '../command.ts'

/** Restarts the brokers of a cluster that `tidemark kafka up` started, on the same ports with the same data. */
export async function restartKafka(name: string, terminal: Terminal): Promise<void> {
  const { nodes, state } = await localKafkaStatus({ env: terminal.env, name })
  if (state !== 'running')
    throw new Error(`The local Kafka '${name}' does not run here: start it by 'tidemark kafka up'.`)
  const port = Number(nodes[0]?.address.split(':').at(-1))
  await stopLocalKafka({ env: terminal.env, name, isGraceful: true })
  await startLocalKafka({
    env: terminal.env,
    name,
    port,
    brokers: nodes.length === 3 ? 3 : 1,
    progress: text => terminal.error(text),
  })
  terminal.out('The broker has been restarted.')
}
