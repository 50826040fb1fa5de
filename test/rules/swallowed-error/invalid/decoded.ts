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
//                  ^^^^^^^^^^^^^^^ related: may fail on a broken record
    } catch (error) {
//    ^^^^^ swallowed-error: A record that 'registry.decode' cannot read is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      console.error(error)
      return
    }
    try {
      order = type.fromBuffer(bytes)
//            ^^^^^^^^^^^^^^^ related: may fail on a broken record
    } catch (error) {
//    ^^^^^ swallowed-error: A record that 'type.fromBuffer' cannot read is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      console.error(error)
      return
    }
    try {
      order = superjson.parse(bytes.toString())
//            ^^^^^^^^^^^^^^^ related: may fail on a broken record
    } catch (error) {
//    ^^^^^ swallowed-error: A record that 'superjson.parse' cannot read is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      console.error(error)
      return
    }
    try {
      order = schema.parse(order)
//            ^^^^^^^^^^^^ related: may fail on a broken record
    } catch (error) {
//    ^^^^^ swallowed-error: A record that 'schema.parse' cannot read is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      console.error(error)
      return
    }
    try {
      order = decode(bytes)
//            ^^^^^^ related: may fail on a broken record
    } catch (error) {
//    ^^^^^ swallowed-error: A record that 'decode' cannot read is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      console.error(error)
      return
    }
    try {
      order = Order.decode(bytes)
//            ^^^^^^^^^^^^ related: may fail on a broken record
    } catch (error) {
//    ^^^^^ swallowed-error: A record that 'Order.decode' cannot read is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      console.error(error)
      return
    }
    try {
      order = Line.decode(bytes)
//            ^^^^^^^^^^^ related: may fail on a broken record
    } catch (error) {
//    ^^^^^ swallowed-error: A record that 'Line.decode' cannot read is caught here and the handler goes on, so the offset is committed and the record is lost. Throw the error again, or await a dead-letter write first.
      console.error(error)
      return
    }
    await remove(order.id)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
