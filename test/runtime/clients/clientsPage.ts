/** The page about clients: what is promised, and what each adapter was shown to keep. */
import { adapters, type Promised } from './stage.ts'

/** How `runtime/docs/clients.md` is written anew: with this variable set, the suite writes what it has shown. */
export const updateVariable = 'TIDEMARK_UPDATE'

export interface Subject {
  readonly name: string
  readonly promises: readonly Promised[]
}

/** @param kept whether the adapter kept the promise in this run. */
export function clientsPage(subjects: readonly Subject[], kept: (adapter: string, says: string) => boolean): string {
  const heads = adapters.map(({ name }) => `\`${name}\``)
  const lines = subjects.flatMap(({ name, promises }) => [
    '',
    `## ${name}`,
    '',
    `| promise | closes | ${heads.join(' | ')} |`,
    `|---|---|${adapters.map(() => '---|').join('')}`,
    ...promises.map(({ says, closes }) => {
      const cells = adapters.map(adapter => (kept(adapter.name, says) ? 'kept' : '**broken**'))
      return `| ${says} | ${closes?.join(', ') ?? ''} | ${cells.join(' | ')} |`
    }),
  ])
  return `${introduction}${lines.join('\n')}\n\n${waysToFail}`
}

const introduction = `# Kafka clients

<!-- Written by test/runtime/clients/conformance.kafka.test.ts from what it has shown on a real broker. Do not edit. -->

Pass a client to \`createProcessor\` or \`connect()\` it yourself; nothing is connected before.

\`\`\`ts
import { kafkajs } from '@tidemark/runtime/clients/kafkajs'
kafkajs(new Kafka({ clientId: 'totals', brokers: ['localhost:9092'] }))

import { platformatic } from '@tidemark/runtime/clients/platformatic'
platformatic({ clientId: 'totals', bootstrapBrokers: ['localhost:9092'] })
\`\`\`

A client library is used as transport: connections, TLS and SASL. Metadata, fetching, group membership, producing and
transactions are one protocol engine (\`src/clients/kafka-protocol/\`), so every adapter keeps the same promises. Brokers
from Kafka 2.8 are spoken to; 4.1 is what the promises were shown on. gzip and zstd are read with what Node has built in,
snappy and lz4 with what the client library has registered.
`

const waysToFail = `## What "closes" counts

Ways in which the bare kafkajs 2.2.4 consumer and producer were seen to lose, double or leak records:

1. A stored offset out of range: jumps to an end of the log, and commits -2 or -1 over the stored offset.
2. A commit for a partition that another member owns is accepted.
3. A zombie's transaction is accepted when each process has a transactional id of its own.
4. \`read_committed\` shows aborted records when transactions interleave.
5. The idempotent producer loses and doubles records after a cut connection, with every promise resolved.
6. After an ambiguous send the producer's next transaction "commits" and its data is gone.
7. A lost reply to a commit: it throws although it committed, and the producer is stuck.
8. A commit while stopping resolves and commits nothing.
9. A rebalance rewinds partitions that were kept to the committed offset.
10. A seek for a partition not owned takes effect when it comes back.
11. One batch of 130,000 records kills the consumer for good.
12. A handler that throws kills the consumer for good, or restarts it endlessly.
13. An awaited stop in a handler hangs.
`
