import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })

interface Counter {
  count(order: string): void
}
interface Plugin {
  run: ReturnType<typeof JSON.parse>
  note: ReturnType<typeof JSON.parse>
}

export class Bus {
  constructor(
    private readonly counters: readonly Counter[],
    private readonly plugins: readonly Plugin[],
  ) {}

  async start(): Promise<void> {
    await consumer.run({
      eachMessage: async ({ message }) => {
        const order = String(message.value)
        // Its type says that there is nothing to wait for.
        await Promise.all(
          this.counters.map(counter => {
            counter.count(order)
          }),
        )
        await Promise.all(
          this.plugins.map(async plugin => {
            await plugin.run(order)
          }),
        )
        await Promise.all(this.plugins.map(plugin => plugin.run(order)))
        await Promise.all(
          this.plugins.map(plugin => {
            return plugin.run(order)
          }),
        )
        // Something is waited for here: the other call may well give nothing.
        await Promise.all(
          this.plugins.map(async plugin => {
            const done = await plugin.run(order)
            plugin.note(order, done)
          }),
        )
        // Nobody waits, so nobody says that it is asynchronous.
        this.plugins.map(plugin => {
          plugin.note(order)
        })
        await Promise.all([plain(this.plugins, order)])
      },
    })
  }
}

async function plain(plugins: readonly Plugin[], order: string): Promise<void> {
  for (const plugin of plugins) await plugin.run(order)
}

process.once('SIGTERM', () => void consumer.disconnect())
