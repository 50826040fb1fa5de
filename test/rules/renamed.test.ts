/** Interfaces that a barrel passes on under another name, and classes that tell their container themselves what they stand for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { consumer, discovered, type Files, foundIn, pg, port, tokens, two } from './implementers.ts'

const barrel = "export type { Order, Orders as OrdersPort } from './orders.ts'\n"
const asPort = "import type { Order, OrdersPort } from './index.ts'"
const byPort = consumer('private readonly orders: OrdersPort', "import type { OrdersPort } from './index.ts'")

/** What is found in `pg.ts`, and nowhere else. */
const found: Record<string, Files> = {
  'implemented and asked for under the new name': { 'orders.ts': port, 'index.ts': barrel, 'pg.ts': pg('PgOrders implements OrdersPort', asPort), 'main.ts': byPort },
  'implemented under the new name, asked for under its own': {
    'orders.ts': port,
    'index.ts': barrel,
    'pg.ts': pg('PgOrders implements OrdersPort', asPort),
    'main.ts': consumer('private readonly orders: Orders'),
  },
  'renamed twice': {
    'orders.ts': port,
    'ports.ts': barrel,
    'index.ts': "export { type Order, type OrdersPort as Port } from './ports.ts'\n",
    'pg.ts': pg('PgOrders implements Port', "import type { Order, Port } from './index.ts'"),
    'main.ts': consumer('private readonly orders: Orders'),
  },
  'renamed in its own file': {
    'index.ts': `${port.replaceAll('export ', '')}export type { Order, Orders as OrdersPort }\n`,
    'pg.ts': pg('PgOrders implements OrdersPort', asPort),
    'main.ts': byPort,
  },
  'a class that a barrel calls like the interface': {
    'pg.ts': pg('PgOrders', 'export interface Order { id: string }'),
    'index.ts': "export { PgOrders as Orders } from './pg.ts'\n",
    'main.ts': consumer('private readonly orders: Orders', "import { Orders } from './index.ts'"),
  },
  'a text of typedi': served("'orders'", "'orders'"),
  'an id of typedi': served("{ id: 'orders' }", "'orders'"),
  'a token of typedi': served('ORDERS', 'ORDERS', "import { Token } from 'typedi'\nexport const ORDERS = new Token('orders')\n"),
}

function served(said: string, asked: string, tokenFile = tokens): Files {
  const imports = "import { ORDERS } from './tokens.ts'"
  return {
    ...two,
    'tokens.ts': tokenFile,
    'pg.ts': `import { Service } from 'typedi'\n${imports}\n${pg('PgOrders implements Orders')}`.replace('export class', `@Service(${said})\nexport class`),
    'main.ts': consumer(`@Inject(${asked}) private readonly orders: Orders`, `import { Inject } from 'typedi'\nimport type { Orders } from './orders.ts'\n${imports}`),
  }
}

for (const [name, files] of Object.entries(found))
  test(`found: ${name}`, async () => assert.deepEqual(foundIn(await discovered(files), Object.keys(files)), ['pg.ts']))

/** Of two nothing is chosen. */
const silent: Record<string, Files> = {
  'two implementers, one of them under the new name': {
    ...two,
    'index.ts': barrel,
    'pg.ts': pg('PgOrders implements OrdersPort', asPort),
    'main.ts': consumer('private readonly orders: Orders'),
  },
  'a barrel that gives the name to another interface': {
    'orders.ts': port,
    'carts.ts': 'export interface Carts { save(cart: unknown): Promise<void> }\n',
    'index.ts': "export type { Order } from './orders.ts'\nexport type { Carts as OrdersPort } from './carts.ts'\n",
    'pg.ts': pg('PgOrders implements OrdersPort', asPort),
    'main.ts': consumer('private readonly orders: Orders'),
  },
  'another token of typedi': served("'carts'", "'orders'"),
  'one of several under a token': served("{ id: 'orders', multiple: true }", "'orders'"),
}

for (const [name, files] of Object.entries(silent))
  test(`silent: ${name}`, async () => assert.deepEqual(foundIn(await discovered(files), Object.keys(files)), []))
