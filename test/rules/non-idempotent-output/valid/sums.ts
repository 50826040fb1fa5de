import { PrismaClient } from '@prisma/client'
import { Kafka } from 'kafkajs'
import mongoose from 'mongoose'
import { Pool } from 'pg'
import { Model } from 'sequelize'
import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm'

@Entity()
class Account {
  @PrimaryColumn()
  id!: string

  @Column()
  total!: number

  @Column()
  first!: string

  @Column()
  last!: string

  @Column()
  name!: string

  @Column()
  attempts!: number

  @Column()
  lastEventId!: string
}
@Entity()
class Snapshot {
  @PrimaryColumn()
  id!: string

  @Column()
  total!: number
}
class Wallet extends Model {
  declare total: number
}
const Cart = mongoose.model('Cart', new mongoose.Schema({ status: String, owner: String }))

const consumer = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
const pool = new Pool()
const prisma = new PrismaClient()
const database = new DataSource({ type: 'postgres' })
const accounts = database.getRepository(Account)
const snapshots = database.getRepository(Snapshot)

/** Set to what the event says, or to what comes out the same for what was set. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const { id, total, status } = JSON.parse(String(message.value))
    const account = await accounts.findOneByOrFail({ id })
    account.total = total
    account.name = `${account.first} ${account.last}`
    await accounts.save(account)
    const highest = await accounts.findOneByOrFail({ id })
    highest.total = Math.max(highest.total, total)
    await accounts.save(highest)
    const wallet = await Wallet.findByPk(id)
    await wallet?.update({ total })
    const cart = await Cart.findOne({ owner: id })
    cart.status = status
    await cart.save()
  },
})

/** What was processed is known by the row itself, or by the condition of the write. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const { id, cents, eventId, version } = JSON.parse(String(message.value))
    const account = await accounts.findOneByOrFail({ id })
    if (account.lastEventId !== eventId) {
      account.total += cents
      account.lastEventId = eventId
      await accounts.save(account)
    }
    const row = await prisma.account.findUnique({ where: { id } })
    await prisma.account.update({ where: { id, version: version - 1 }, data: { total: row.total + cents, version } })
    const { rows } = await pool.query('SELECT total FROM accounts WHERE id = $1', [id])
    const sum = rows[0].total + cents
    await pool.query('UPDATE accounts SET total = $1, version = $2 WHERE id = $3 AND version < $2', [sum, version, id])
  },
})

/** Tries are counted as they are made; a sum of another table's row is the same again. */
await consumer.run({
  eachMessage: async ({ message }) => {
    const { id, cents } = JSON.parse(String(message.value))
    const account = await accounts.findOneByOrFail({ id })
    account.attempts += 1
    await accounts.save(account)
    await snapshots.update({ id }, { total: account.total + cents })
    const { rows } = await pool.query('SELECT total FROM accounts WHERE id = $1', [id])
    await pool.query('UPDATE balances SET total = $1 WHERE id = $2', [rows[0].total + cents, id])
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
