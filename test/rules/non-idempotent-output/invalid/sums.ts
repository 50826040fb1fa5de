import { PrismaClient } from '@prisma/client'
import { Kafka } from 'kafkajs'
import knex from 'knex'
import { MongoClient } from 'mongodb'
import mongoose from 'mongoose'
import { Pool } from 'pg'
import { Model } from 'sequelize'
import { BaseEntity, Column, DataSource, Entity, PrimaryColumn } from 'typeorm'

@Entity()
class Account extends BaseEntity {
  @PrimaryColumn()
  id!: string

  @Column()
  total!: number
}
class Wallet extends Model {
  declare total: number
}
const Cart = mongoose.model('Cart', new mongoose.Schema({ total: Number, items: [String] }))

const consumer = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
const pool = new Pool()
const database = knex({ client: 'pg' })
const prisma = new PrismaClient()
const accounts = new DataSource({ type: 'postgres' }).getRepository(Account)
const ledgers = new MongoClient('mongodb://localhost').db('shop').collection('ledgers')

/** What was read is added to and written back: on a redelivery the sum is read. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const { id, cents } = JSON.parse(String(message.value))
    const account = await accounts.findOneByOrFail({ id })
    account.total += cents
    await accounts.save(account)
//        ^^^^^^^^^^^^^ non-idempotent-output: 'accounts.save' runs again when the record is delivered again (adds to the 'total' that was read), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    const same = await accounts.findOneByOrFail({ id })
    await accounts.update({ id }, { total: same.total - cents })
//        ^^^^^^^^^^^^^^^ non-idempotent-output: 'accounts.update' runs again when the record is delivered again (adds to the 'total' that was read), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    const active = await Account.findOneBy({ id })
    if (!active) return
    active.total++
    await active.save()
//        ^^^^^^^^^^^ non-idempotent-output: 'active.save' runs again when the record is delivered again (adds to the 'total' that was read), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  },
})

await consumer.run({
  eachMessage: async ({ message }) => {
    const { id, cents } = JSON.parse(String(message.value))
    const wallet = await Wallet.findByPk(id)
    if (!wallet) throw new Error('no such wallet')
    await wallet.update({ total: Number(wallet.total) + cents })
//        ^^^^^^^^^^^^^ non-idempotent-output: 'wallet.update' runs again when the record is delivered again (adds to the 'total' that was read), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    const cart = await Cart.findOne({ _id: id }).exec()
    cart.items = [...cart.items, cents]
    await cart.save()
//        ^^^^^^^^^ non-idempotent-output: 'cart.save' runs again when the record is delivered again (adds to the 'items' that was read), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    const ledger = await ledgers.findOne({ _id: id })
    await ledgers.updateOne({ _id: id }, { $set: { total: ledger?.total + cents } })
//        ^^^^^^^^^^^^^^^^^ non-idempotent-output: 'ledgers.updateOne' runs again when the record is delivered again (adds to the 'total' that was read), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  },
})

await consumer.run({
  eachMessage: async ({ message }) => {
    const { id, cents } = JSON.parse(String(message.value))
    const account = await prisma.account.findUnique({ where: { id } })
    const total = (account?.total ?? 0) + cents
    await prisma.account.update({ where: { id }, data: { total } })
//        ^^^^^^^^^^^^^^^^^^^^^ non-idempotent-output: 'account.update' runs again when the record is delivered again (adds to the 'total' that was read), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    const row = await database('accounts').where({ id }).first()
    await database('accounts')
//        ^^^^^^^^ non-idempotent-output: 'accounts.update' runs again when the record is delivered again (adds to the 'total' that was read), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
      .where({ id })
      .update({ total: row.total + cents })
  },
})

/** In SQL, whichever place stands for the sum. */
async function add(id: string, cents: number): Promise<void> {
  const { rows } = await pool.query('SELECT total FROM accounts WHERE id = $1', [id])
  const total = Number(rows[0].total) + cents
  await pool.query('UPDATE accounts SET changed_at = now(), total = $2 WHERE id = $1', [id, total])
//      ^^^^^^^^^^ non-idempotent-output: 'UPDATE accounts' runs again when the record is delivered again (adds to the 'total' that was read), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
}
await consumer.run({
  eachMessage: async ({ message }) => {
    const { id, cents } = JSON.parse(String(message.value))
    await add(id, cents)
//        ^^^ related: called from the handler here
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
