import { Kafka } from 'kafkajs'
import { Pool } from 'pg'
import { randomUUID } from 'node:crypto'
import { BaseEntity, Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm'

const kafka = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'orders' })
const pool = new Pool()

abstract class Stored extends BaseEntity {
  @PrimaryGeneratedColumn()
  id!: number
}

@Entity()
class Cart extends Stored {
  @Column({ unique: false })
  customer!: string

  @Column({ unique: true })
  code!: string
}

await consumer.run({
  eachMessage: async ({ message }) => {
    const cart = Cart.create({ customer: String(message.key) })
    await Cart.save(cart)
//        ^^^^^^^^^ non-idempotent-output: 'Cart.save' runs again when the record is delivered again (no key taken from the record), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await cart.softRemove()
    await pool.query('INSERT INTO notes (id, customer) VALUES (gen_random_uuid(), $1)', [String(message.key)])
//        ^^^^^^^^^^ non-idempotent-output: 'INSERT INTO notes' runs again when the record is delivered again (no ON CONFLICT clause), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await pool.query('INSERT INTO parts (id, weight) VALUES ($1, coalesce($2, 0))', [String(message.key), null])
  },
})

const database = new DataSource({ type: 'postgres' })
const carts = database.getRepository(Cart)
const blank = { customer: 'nobody' }

await consumer.run({
  eachMessage: async ({ message }) => {
    const { customer, cents } = JSON.parse(String(message.value))
    const found = await carts.findOneByOrFail({ customer })
    const total = found.total + cents
    await carts.save({ ...found, total })
//        ^^^^^^^^^^ non-idempotent-output: 'carts.save' runs again when the record is delivered again (adds to the 'total' that was read), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    found.total = total
    await carts.save(found)
//        ^^^^^^^^^^ non-idempotent-output: 'carts.save' runs again when the record is delivered again (adds to the 'total' that was read), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    const copied = await carts.findOneByOrFail({ customer })
    await carts.save({ ...copied, cartId: randomUUID() })
//        ^^^^^^^^^^ non-idempotent-output: 'carts.save' runs again when the record is delivered again (no key taken from the record), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await carts.save({ ...blank, customer, code: randomUUID() })
//        ^^^^^^^^^^ non-idempotent-output: 'carts.save' runs again when the record is delivered again (no key taken from the record), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  },
})
