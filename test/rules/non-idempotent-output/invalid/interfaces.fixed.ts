import { Inject, Module } from '@nestjs/common'
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

interface Order {
  id: string
  cents: number
}
interface Repository<T> {
  save(one: T): Promise<void>
}
abstract class Invoices {
  async add(order: Order): Promise<void> {
    if (order.cents > 0) await this.write(order)
  }
  protected abstract write(order: Order): Promise<void>
}
interface Audit {
  note(order: Order): Promise<void>
}
const AUDIT = Symbol('audit')

const pool = new Pool()

class PgOrders implements Repository<Order> {
  async save(order: Order): Promise<void> {
    await pool.query('insert into orders (customer, cents) values ($1, $2) on conflict do nothing', [order.id, order.cents])
  }
}

class InMemoryOrders implements Repository<Order> {
  readonly #orders: Order[] = []
  async save(order: Order): Promise<void> {
    this.#orders.push(order)
  }
}

class PgInvoices extends Invoices {
  protected async write(order: Order): Promise<void> {
    await pool.query('insert into invoices (customer, cents) values ($1, $2) on conflict do nothing', [order.id, order.cents])
  }
}

class PgAudit implements Audit {
  async note(order: Order): Promise<void> {
    await pool.query('insert into audit (customer) values ($1) on conflict do nothing', [order.id])
  }
}

class MongoAudit implements Audit {
  async note(order: Order): Promise<void> {
    await fetch('https://audit.example', { method: 'POST', body: order.id })
  }
}

@Module({ providers: [InMemoryOrders, PgOrders, PgInvoices, MongoAudit, { provide: AUDIT, useClass: PgAudit }] })
export class OrdersModule {}

export class OrdersConsumer {
  constructor(
    private readonly orders: Repository<Order>,
    private readonly invoices: Invoices,
    @Inject(AUDIT) private readonly audit: Audit,
  ) {}

  async start(): Promise<void> {
    const consumer = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
    process.once('SIGTERM', () => void consumer.disconnect())
    await consumer.run({
      eachMessage: async ({ message }) => {
        const order: Order = JSON.parse(String(message.value))
        await this.orders.save(order)
        await this.invoices.add(order)
        await this.audit.note(order)
      },
    })
  }
}
