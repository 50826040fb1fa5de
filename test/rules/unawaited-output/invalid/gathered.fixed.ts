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
            handler.handle(String(message.value))
          }),
        )
      },
    })
    await consumer.run({
      eachMessage: async ({ message }) => {
        await Promise.all(
          this.plugins.map(async plugin => {
            console.log('running', plugin)
            if (plugin.isOn) await plugin.run(String(message.value))
          }),
        )
      },
    })
    await consumer.run({
      eachMessage: async ({ message }) => {
        const running = this.plugins.map(plugin => {
          plugin.run(String(message.value))
        })
        await Promise.allSettled(running)
      },
    })
    await consumer.run({
      eachMessage: async ({ message }) => {
        for (const listener of this.listeners) await listener.accept(String(message.value))
      },
    })
  }
}

process.once('SIGTERM', () => void consumer.disconnect())
