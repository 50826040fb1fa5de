import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

interface Handler {
  handle(order: string): Promise<void>
}
interface Listener {
  accept(order: string): void | Promise<void>
}

/** Who handles is said elsewhere; `Promise.all` waits for functions that give no promise. */
export class Bus {
  constructor(
    private readonly handlers: readonly Handler[],
    private readonly listeners: readonly Listener[],
    private readonly plugins: readonly { run: ReturnType<typeof JSON.parse>; isOn: boolean }[],
  ) {}

  async start(): Promise<void> {
    await consumer.run({
      eachMessage: async ({ message }) => {
        await Promise.all(
          this.handlers.map(handler => {
//                      ^^^ related: called from here
            handler.handle(String(message.value))
//          ^^^^^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'handler.handle'. Await it, or return it.
          }),
        )
      },
    })
    await consumer.run({
      eachMessage: async ({ message }) => {
        await Promise.all(
          this.plugins.map(async plugin => {
//                     ^^^ related: called from here
            console.log('running', plugin)
            if (plugin.isOn) plugin.run(String(message.value))
//                           ^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'plugin.run'. Await it, or return it.
          }),
        )
      },
    })
    await consumer.run({
      eachMessage: async ({ message }) => {
        const running = this.plugins.map(plugin => {
//                                   ^^^ related: called from here
          plugin.run(String(message.value))
//        ^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'plugin.run'. Await it, or return it.
        })
        await Promise.allSettled(running)
      },
    })
    await consumer.run({
      eachMessage: async ({ message }) => {
        for (const listener of this.listeners) listener.accept(String(message.value))
//                                             ^^^^^^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'listener.accept'. Await it, or return it.
      },
    })
  }
}

process.once('SIGTERM', () => void consumer.disconnect())
