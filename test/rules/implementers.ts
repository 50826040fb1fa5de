/** Workspaces in which a handler names a type, and a class elsewhere does the work. */
import { join } from 'node:path'
import { createEngine, type Engine } from '@tidemark/server/analysis/engine/engine'
import { memory, root } from './memory.ts'

export type Files = Record<string, string>

/** The interface, and what is saved. */
export const port = `export interface Order { id: string }
export interface Orders { save(order: Order): Promise<void> }
`
export const abstractPort = `export interface Order { id: string }
export abstract class Orders { abstract save(order: Order): Promise<void> }
`

/** A class that inserts. */
export const pg = (head: string, imports = "import type { Order, Orders } from './orders.ts'"): string => `import { Pool } from 'pg'
${imports}
const pool = new Pool()
export class ${head} {
  async save(order: Order): Promise<void> { await pool.query('INSERT INTO orders (body) VALUES ($1)', [order]) }
}
`
export const upserting = (text: string): string => text.replace('VALUES ($1)', 'VALUES ($1) ON CONFLICT DO NOTHING')

/** A consumer that is given what saves. */
export const consumer = (given: string, imports = "import type { Orders } from './orders.ts'"): string => `import { Kafka } from 'kafkajs'
${imports}
export class OrdersConsumer {
  constructor(${given}) {}
  async start() {
    const consumer = new Kafka({ brokers: [] }).consumer({ groupId: 'orders' })
    process.once('SIGTERM', () => consumer.disconnect())
    await consumer.run({ eachMessage: async ({ message }) => { await this.orders.save(JSON.parse(String(message.value))) } })
  }
}
`
export const nest = (given: string, imports: string): string => `import { Inject } from '@nestjs/common'
import { EventPattern, Payload, Transport } from '@nestjs/microservices'
${imports}
// reads from Kafka
export class OrdersController {
  constructor(${given}) {}
  @EventPattern('orders')
  async onOrder(@Payload() order: Order) { await this.orders.save(order) }
}
`
export const inserts = 'non-idempotent-output'

export async function discovered(files: Files): Promise<Engine> {
  const engine = createEngine({ fileSystem: memory(files) })
  await engine.discover(root)
  return engine
}

/** Where a plain insert is found, of all files. */
export function foundIn(engine: Engine, names: Iterable<string>): string[] {
  return [...names].filter(name => engine.analyze(join(root, name)).findings.some(({ rule }) => rule === inserts))
}

export const orders = 'private readonly orders: Orders'

export const two: Files = { 'orders.ts': port, 'pg.ts': pg('PgOrders implements Orders'), 'mongo.ts': pg('MongoOrders implements Orders') }
export const tokens = "export const ORDERS = Symbol('orders')\n"
export const controller = (token: string, imports = ''): string => nest(`@Inject(${token}) private readonly orders: Orders`, `import type { Order, Orders } from './orders.ts'\n${imports}`)
export const moduleOf = (provider: string, imports = ''): string => `import { Module } from '@nestjs/common'
import { MongoOrders } from './mongo.ts'
import { PgOrders } from './pg.ts'
${imports}
@Module({ providers: [MongoOrders, ${provider}] })
export class OrdersModule {}
`
export const symbol = "import { ORDERS } from './tokens.ts'"
export const abstractTwo: Files = {
  'orders.ts': abstractPort,
  'pg.ts': pg('PgOrders extends Orders', "import { type Order, Orders } from './orders.ts'"),
  'mongo.ts': pg('MongoOrders extends Orders', "import { type Order, Orders } from './orders.ts'"),
}
export const byClass = nest(orders, "import { type Order, Orders } from './orders.ts'")
