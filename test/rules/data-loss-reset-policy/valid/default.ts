import { Kafka } from 'kafkajs'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })

interface Options {
  readonly fromBeginning?: boolean
}

/** Whoever reads says where to begin. */
export class Reader {
  readonly consumer = kafka.consumer({ groupId: 'orders' })
  readonly fromBeginning: boolean

  constructor(options: Options) {
    const { fromBeginning = false } = options
    this.fromBeginning = fromBeginning
  }

  async start(topic: string): Promise<void> {
    await this.consumer.subscribe({ topic, fromBeginning: this.fromBeginning })
    await this.consumer.run({ eachMessage: async ({ message }) => console.log(message.key) })
  }

  stop(): Promise<void> {
    return this.consumer.disconnect()
  }
}
