/** The producer of the experiment: records with ids of their own, and a ledger of those that the broker acknowledged. */
import type { KafkaConnection } from '../../runtime/src/clients/client.ts'
import { pause, systemClock } from '../../runtime/src/clock.ts'

export interface Feed {
  /** Ends feeding; resolves with every acknowledged id. */
  stop(): Promise<readonly string[]>
  readonly acknowledged: readonly string[]
}

const recordsPerSend = 50

/** Sends a little at a time for as long as it is not stopped: a pipeline always has work, and never all of it at once. */
export function startFeed(connection: KafkaConnection, topic: string, recordsPerSecond: number): Feed {
  const acknowledged: string[] = []
  const stopping = new AbortController()
  const ended = feed()

  async function feed(): Promise<void> {
    let producer = await connection.producer({})
    for (let next = 0; !stopping.signal.aborted; ) {
      const ids = Array.from({ length: recordsPerSend }, () => `record-${next++}`)
      try {
        await producer.send(ids.map(id => ({ topic, key: id, value: id })))
        acknowledged.push(...ids)
      } catch {
        // Not acknowledged, so nothing is claimed about these ids; they are never sent again.
        await producer.close().catch(() => {})
        producer = await connection.producer({})
      }
      await pause(systemClock, (recordsPerSend / recordsPerSecond) * 1_000, stopping.signal)
    }
    await producer.close()
  }

  return {
    acknowledged,
    async stop() {
      stopping.abort()
      await ended
      return acknowledged
    },
  }
}
