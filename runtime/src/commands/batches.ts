/** `tidemark batches`: what a pipeline has committed last, from the proof records beside its offsets. */
import { proofsIn } from '../guarantees/groupMetadata.ts'
import { rangeName } from '../semantics/ranges.ts'
import type { OffsetStore, ProofRecord } from '../stores/store.ts'
import { parse, wholeNumber } from './arguments.ts'
import { bigintsAsText, clusterConfig, count, shown, table } from './cluster.ts'
import { type Command, exitCodes, type Terminal, UsageError } from './command.ts'
import { storeHelp, storeNamed } from './storeArgument.ts'

export const batches: Command = {
  summary: 'What a pipeline has committed last, also after a crash',
  help: `tidemark batches GROUP --store STORE            the pipeline's last committed batches, newest first
tidemark batches GROUP --brokers HOST:PORT[,…]  of a pipeline whose offsets are in its Kafka group: the last batch of each partition

  GROUP                    the pipeline's groupId
${storeHelp}
  --brokers HOST:PORT[,…]  the cluster with the group
  --config FILE            a Kafka client's properties file: TLS, logins, bootstrap.servers
  --limit N                at most so many batches (20)
  --json                   for programs: one JSON value a line, offsets as strings

It only looks: nothing is made or locked, so it may run beside the pipeline.

Exit codes: 0 done, 1 failed, 2 arguments not understood.
Example: tidemark batches order-totals --store totals.db`,

  async run(args, terminal) {
    const { values, positionals } = parse(args, {
      store: { type: 'string' },
      brokers: { type: 'string' },
      config: { type: 'string' },
      limit: { type: 'string' },
      json: { type: 'boolean' },
    })
    const [groupId, ...more] = positionals
    if (groupId === undefined || more.length > 0) throw new UsageError('batches needs one GROUP')
    const isInGroup = values.brokers !== undefined || values.config !== undefined
    if ((values.store !== undefined) === isInGroup)
      throw new UsageError('batches needs --store STORE, or the --brokers of the group that keeps the offsets')
    const limit = wholeNumber('limit', values.limit, 1, 10_000) ?? 20
    const store = await (values.store === undefined ? groupNamed(values, terminal) : storeNamed(values.store))
    const proofs = (await store.readProofs?.(groupId, limit)) ?? []
    if (values.json) for (const proof of proofs) terminal.out(JSON.stringify(proof, bigintsAsText))
    else terminal.out(proofs.length > 0 ? batchTable(proofs) : `${store.name} has no batch of ${shown(groupId)} yet.`)
    return exitCodes.done
  },
}

/** A Kafka group read as a store is: for looking only. */
async function groupNamed(
  values: { readonly brokers?: string; readonly config?: string },
  terminal: Terminal,
): Promise<Pick<OffsetStore, 'name' | 'readProofs'>> {
  const config = await clusterConfig(values, terminal)
  return {
    name: `The Kafka group at ${config.brokers.join(',')}`,
    async readProofs(groupId, limit) {
      const { clusterClient } = await import('../monitor/index.ts')
      const connection = await (await clusterClient(config)).connect()
      try {
        const topics = await connection.describeTopics(/.*/)
        const all = topics.flatMap(({ topic, partitions }) => partitions.map(({ partition }) => ({ topic, partition })))
        return proofsIn(await connection.committedOffsets(groupId, all)).slice(0, limit)
      } finally {
        await connection.close()
      }
    },
  }
}

function batchTable(proofs: readonly ProofRecord[]): string {
  const header = ['committed at', 'records', 'ms', 'attempt', 'ranges', 'guarantee', 'by', 'batch']
  const rows = proofs.map(proof => [
    timeText(proof.committedAtMs) + (proof.outcome === 'committed' ? '' : ` (${proof.outcome})`),
    count(proof.records),
    count(proof.committedAtMs - proof.startedAtMs),
    String(proof.attempt),
    proof.ranges.map(range => shown(rangeName(range))).join(', '),
    proof.guarantee,
    shown(proof.fencingToken),
    shown(proof.batchId),
  ])
  return table(header, rows, new Set([1, 2, 3]))
}

/** As the pipeline's clock had it, in UTC. */
function timeText(atMs: number): string {
  const time = new Date(atMs)
  return Number.isNaN(time.getTime()) ? '-' : time.toISOString().replace('T', ' ').replace('Z', '')
}
