/** The producer of the experiment: records with ids of their own, and a ledger of those that the broker acknowledged. */
import type { KafkaConnection, KafkaProducer } from '../../runtime/src/clients/client.ts'
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
    let producer = await openProducer()
    for (let next = 0; !stopping.signal.aborted; ) {
      const ids = Array.from({ length: recordsPerSend }, () => `record-${next++}`)
      try {
        await producer?.send(ids.map(id => ({ topic, key: id, value: id })))
        if (producer) acknowledged.push(...ids)
      } catch {
        // Not acknowledged, so nothing is claimed about these ids; they are never sent again.
        await producer?.close().catch(() => {})
        producer = await openProducer()
      }
      await pause(systemClock, (recordsPerSend / recordsPerSecond) * 1_000, stopping.signal)
    }
    await producer?.close()
  }

  /** A broker that is being restarted may be away for longer than a client waits; `undefined` only when the feed was stopped. */
  async function openProducer(): Promise<KafkaProducer | undefined> {
    while (!stopping.signal.aborted) {
      try {
        return await connection.producer({})
      } catch {
        await pause(systemClock, 200, stopping.signal)
      }
    }
    return undefined
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
