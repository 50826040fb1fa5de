/** Small pipelines that the doors' tests analyse. What rules find in depth is the matter of `test/rules`. */

/** One finding: `non-idempotent-output` on the INSERT. */
export const doublingPipeline = `import { Kafka } from 'kafkajs'
import { Pool } from 'pg'

const consumer = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] }).consumer({ groupId: 'totals' })
const db = new Pool()

await consumer.subscribe({ topic: 'orders' })
await consumer.run({
  eachMessage: async ({ message }) => {
    await db.query('INSERT INTO totals (amount) VALUES ($1)', [message.value])
  },
})
`

/** The same, and right. */
export const repeatablePipeline = doublingPipeline.replace(
  'INSERT INTO totals (amount) VALUES ($1)',
  'INSERT INTO totals (amount) VALUES ($1) ON CONFLICT DO NOTHING',
)

/** The handler is right; its helper, in another file, is not. */
export const callingPipeline = `import { Kafka } from 'kafkajs'
import { save } from './helper.ts'

const consumer = new Kafka({ clientId: 'shop', brokers: ['localhost:9092'] }).consumer({ groupId: 'totals' })

await consumer.subscribe({ topic: 'orders' })
await consumer.run({
  eachMessage: async ({ message }) => {
    await save(message.value)
  },
})
`

export const doublingHelper = `import { Pool } from 'pg'

const db = new Pool()

export async function save(amount: Buffer | null): Promise<void> {
  await db.query('INSERT INTO totals (amount) VALUES ($1)', [amount])
}
`

export const repeatableHelper = doublingHelper.replace(
  'INSERT INTO totals (amount) VALUES ($1)',
  'INSERT INTO totals (amount) VALUES ($1) ON CONFLICT DO NOTHING',
)

/** A handler that is given its store by a container: the interface, two classes that implement it, and the module that chooses. */
export const injectedFiles: Readonly<Record<string, string>> = {
  'orders.ts': `export const ORDERS = Symbol('orders')
export interface Orders<T> {
  get(id: string): Promise<T>
  save(order: T): Promise<void>
}
export abstract class Handler<T> {
  constructor(protected readonly orders: Orders<T>) {}
  protected abstract read(value: Buffer | null): T
  async handle(value: Buffer | null): Promise<void> {
    await this.orders.save(this.read(value))
  }
}
`,
  'pg.ts': `import { Pool } from 'pg'
import type { Order } from './main.ts'
import type { Orders } from './orders.ts'

const db = new Pool()

export class PgOrders implements Orders<Order> {
  async get(id: string): Promise<Order> {
    const { rows } = await db.query('SELECT * FROM orders WHERE id = $1', [id])
    return rows[0]
  }
  async save(order: Order): Promise<void> {
    await db.query('INSERT INTO orders (body) VALUES ($1)', [order])
  }
}
`,
  'memory.ts': `import type { Order } from './main.ts'
import type { Orders } from './orders.ts'

export class InMemoryOrders implements Orders<Order> {
  readonly #orders = new Map<string, Order>()
  async get(id: string): Promise<Order> {
    return this.#orders.get(id) as Order
  }
  async save(order: Order): Promise<void> {
    this.#orders.set(order.id, order)
  }
}
`,
  'module.ts': `import { Module } from '@nestjs/common'
import { InMemoryOrders } from './memory.ts'
import { ORDERS } from './orders.ts'
import { PgOrders } from './pg.ts'

@Module({ providers: [InMemoryOrders, { provide: ORDERS, useClass: PgOrders }] })
export class OrdersModule {}
`,
  'main.ts': `import { Inject } from '@nestjs/common'
import { Kafka } from 'kafkajs'
import { Handler, ORDERS, type Orders } from './orders.ts'

export interface Order {
  id: string
  total: number
}

export class OrdersHandler extends Handler<Order> {
  constructor(@Inject(ORDERS) orders: Orders<Order>) {
    super(orders)
  }
  protected read(value: Buffer | null): Order {
    return JSON.parse(String(value))
  }
}

export class OrdersConsumer {
  constructor(
    @Inject(ORDERS) private readonly orders: Orders<Order>,
    private readonly handler: OrdersHandler,
  ) {}
  async start(): Promise<void> {
    const consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: 'totals' })
    await consumer.subscribe({ topic: 'orders' })
    await consumer.run({
      eachMessage: async ({ message }) => {
        const order = await this.orders.get(String(message.key))
        order.total += Number(message.value)
        await this.orders.save(order)
        await this.handler.handle(message.value)
      },
    })
  }
}
`,
}
