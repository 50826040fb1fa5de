import { Inject, Module } from '@nestjs/common'
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

interface Order {
  id: string
}
interface Orders {
  save(order: Order): Promise<void>
}
interface Archive {
  keep(order: Order): Promise<void>
}
const ARCHIVE = Symbol('archive')

const pool = new Pool()

// Two do it, and nothing says which: whether a repeat does harm is not known.
class PgOrders implements Orders {
  async save(order: Order): Promise<void> {
    await pool.query('insert into orders (body) values ($1)', [order])
  }
}

class RemoteOrders implements Orders {
  async save(order: Order): Promise<void> {
    await fetch(`https://orders.example/${order.id}`, { method: 'PUT', body: JSON.stringify(order) })
  }
}

class PlainArchive implements Archive {
  async keep(order: Order): Promise<void> {
    await pool.query('insert into archive (body) values ($1)', [order])
  }
}

// The one that the container gives sets the same again.
class KeyedArchive implements Archive {
  async keep(order: Order): Promise<void> {
    await pool.query('insert into archive (id) values ($1) on conflict do nothing', [order.id])
  }
}

@Module({ providers: [PgOrders, RemoteOrders, PlainArchive, { provide: ARCHIVE, useClass: KeyedArchive }] })
export class OrdersModule {}

export class OrdersConsumer {
  constructor(
    private readonly orders: Orders,
    @Inject(ARCHIVE) private readonly archive: Archive,
  ) {}

  async start(): Promise<void> {
    const consumer = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
    process.once('SIGTERM', () => void consumer.disconnect())
    await consumer.run({
      eachMessage: async ({ message }) => {
        const order: Order = JSON.parse(String(message.value))
        await this.orders.save(order)
        await this.archive.keep(order)
      },
    })
  }
}
