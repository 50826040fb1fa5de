import { type Consumer, type EachMessagePayload, Kafka } from 'kafkajs'

export class Receiver {
  readonly #topic: string
  readonly #client: Kafka
  #consumer: Consumer | undefined

  constructor(client: Kafka, topic: string) {
    this.#client = client
    this.#topic = topic
  }

  async start(handle: (payload: EachMessagePayload) => Promise<void>): Promise<void> {
    const consumer = this.#client.consumer({ groupId: 'receiver' })
//                                                    ^^^^^^^^^^ shared-group-id: Group 'receiver' is fixed in code whose callers choose the topics: two that choose different ones join one group, and each sees only part of the records. Take the group from the caller.
    this.#consumer = consumer
    await consumer.subscribe({ topic: this.#topic, fromBeginning: true })
    await consumer.run({ eachMessage: payload => handle(payload) })
  }

  async stop(): Promise<void> {
    await this.#consumer?.disconnect()
  }
}
