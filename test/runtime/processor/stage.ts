/** A topic of its own, records in it, and processors over it: what tests of the loop on a real broker share. */
import { Kafka, logLevel } from 'kafkajs'
import type { KafkaClient, KafkaConnection } from '../../../runtime/src/clients/client.ts'
import { kafkajs } from '../../../runtime/src/clients/kafkajs.ts'
import type { Clock } from '../../../runtime/src/clock.ts'
import type { TraceEvent } from '../../../runtime/src/trace.ts'
import { type TestKafka, useKafka } from '../../harness/kafka.ts'
import type { Scope } from '../../harness/scope.ts'
import { uniqueName } from '../../harness/topics.ts'

export interface TestStage {
  readonly kafka: TestKafka
  readonly connection: KafkaConnection
  readonly topic: string
  readonly groupId: string
  /** A client of its own for each processor, as separate processes would have. */
  client(): KafkaClient
  /** Sends values to one partition; the value is the text given. */
  produce(values: readonly string[], partition?: number): Promise<void>
  /** What Kafka knows as committed for the group. */
  committed(partition?: number): Promise<bigint | undefined>
}

export async function useStage(
  t: Scope,
  { partitions = 1, isOwn = false, kafka: given }: { partitions?: number; isOwn?: boolean; kafka?: TestKafka } = {},
): Promise<TestStage> {
  const kafka = given ?? (await useKafka(t, { isOwn }))
  const client = () => kafkajs(new Kafka({ clientId: 'test', brokers: kafka.brokers, logLevel: logLevel.NOTHING }))
  const connection = await client().connect()
  t.after(() => connection.close())
  const topic = uniqueName('orders')
  const groupId = uniqueName('group')
  await connection.createTopics([{ topic, partitions }])
  const producer = await connection.producer({})
  t.after(() => producer.close())
  return {
    kafka,
    connection,
    topic,
    groupId,
    client,
    produce: async (values, partition = 0) =>
      void (await producer.send(values.map(value => ({ topic, partition, value })))),
    committed: async (partition = 0) => (await connection.committedOffsets(groupId, [{ topic, partition }]))[0]?.offset,
  }
}

/** `n` values that tell where they were produced: `a0 a1 a2`. */
export function numbered(stem: string, count: number): string[] {
  return Array.from({ length: count }, (_none, index) => `${stem}${index}`)
}

/** Remembers events; quiet on the terminal. */
export function recorder(): { readonly events: TraceEvent[]; readonly trace: (event: TraceEvent) => void } {
  const events: TraceEvent[] = []
  return { events, trace: event => void events.push(event) }
}

/** Time that stands still until it is passed on; what waits for it can be looked at. */
export class HeldClock implements Clock {
  #nowMs = 1_000_000
  #waits: { readonly dueMs: number; readonly callback: () => void }[] = []

  nowMs = () => this.#nowMs
  monotonicMs = () => this.#nowMs

  after = (delayMs: number, callback: () => void): (() => void) => {
    const wait = { dueMs: this.#nowMs + delayMs, callback }
    this.#waits.push(wait)
    return () => {
      this.#waits = this.#waits.filter(each => each !== wait)
    }
  }

  isAwaited(inMs: number): boolean {
    return this.#waits.some(({ dueMs }) => dueMs === this.#nowMs + inMs)
  }

  pass(ms: number): void {
    this.#nowMs += ms
    const due = this.#waits.filter(({ dueMs }) => dueMs <= this.#nowMs)
    this.#waits = this.#waits.filter(({ dueMs }) => dueMs > this.#nowMs)
    for (const { callback } of due) callback()
  }
}
