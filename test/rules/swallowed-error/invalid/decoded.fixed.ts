import { decode } from '@msgpack/msgpack'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import avro from 'avsc'
import { Kafka } from 'kafkajs'
import { Pool } from 'pg'
import superjson from 'superjson'
import { z } from 'zod'
import { Order } from './generated/order.js'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()
const registry = new SchemaRegistry({ host: 'http://localhost:8081' })
const type = avro.Type.forSchema({ type: 'map', values: 'string' })
const schema = z.object({ id: z.string() })

const remove = (id: unknown) => pool.query('DELETE FROM carts WHERE id = $1', [id])

/** Reads its own format. */
class Line {
  static decode(bytes: Buffer): Line {
    return new Line(bytes.toString().split(';'))
  }

  constructor(readonly cells: readonly string[]) {}
}

/** A record that cannot be read is lost, whoever reads it. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const bytes = message.value ?? Buffer.alloc(0)
    let order: any
    try {
      order = await registry.decode(bytes)
    } catch (error) {
      console.error(error)
      throw error
    }
    try {
      order = type.fromBuffer(bytes)
    } catch (error) {
      console.error(error)
      throw error
    }
    try {
      order = superjson.parse(bytes.toString())
    } catch (error) {
      console.error(error)
      throw error
    }
    try {
      order = schema.parse(order)
    } catch (error) {
      console.error(error)
      throw error
    }
    try {
      order = decode(bytes)
    } catch (error) {
      console.error(error)
      throw error
    }
    try {
      order = Order.decode(bytes)
    } catch (error) {
      console.error(error)
      throw error
    }
    try {
      order = Line.decode(bytes)
    } catch (error) {
      console.error(error)
      throw error
    }
    await remove(order.id)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
