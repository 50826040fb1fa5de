import { Kafka } from 'kafkajs'
import { BehaviorSubject, Subject } from 'rxjs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const latest = new BehaviorSubject<string | undefined>(undefined)

await consumer.run({
  eachMessage: async ({ message }) => {
    latest.next(String(message.value))
//  ^^^^^^^^^^^ unawaited-output: 'latest.next' is all this handler does, and nobody waits for it: if it is asynchronous, the offset is committed before it has run. Await it, or return its promise.
  },
})

export class Orders {
  readonly #placed = new Subject<unknown>()

  async start(): Promise<void> {
    await consumer.run({
      eachMessage: async ({ message }) => {
        this.#placed.next(JSON.parse(String(message.value)))
//      ^^^^^^^^^^^^^^^^^ unawaited-output: 'this.#placed.next' is all this handler does, and nobody waits for it: if it is asynchronous, the offset is committed before it has run. Await it, or return its promise.
      },
    })
  }
}

process.once('SIGTERM', () => void consumer.disconnect())
