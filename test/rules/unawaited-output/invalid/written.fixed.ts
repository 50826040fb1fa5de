import { Kafka } from 'kafkajs'
import mongoose from 'mongoose'
import { Model, Table } from 'sequelize-typescript'
import { BaseEntity, Entity, PrimaryColumn } from 'typeorm'

@Table
class Failure extends Model {}

@Entity()
class Stock extends BaseEntity {
  @PrimaryColumn()
  id!: string
}

const Reading = mongoose.model('Reading', new mongoose.Schema({ sensor: String }))

/** A class that is handed over is known by `typeof`. */
class Writer {
  constructor(
    private readonly errors: typeof Failure,
    private readonly consumer = new Kafka({ brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' }),
  ) {}

  async start(): Promise<void> {
    await this.consumer.run({
      eachMessage: async ({ message }) => {
        const order = JSON.parse(String(message.value))
        await this.errors.bulkCreate([{ id: order.id }], { ignoreDuplicates: true })
        await Reading.findOneAndDelete({ sensor: order.sensor })
        await Reading.replaceOne({ _id: order.id }, order, { upsert: true })
        await Stock.createQueryBuilder().update().set({ count: order.count }).where('id = :id', order).execute()
        await Stock.createQueryBuilder().delete().where('id = :id', order).execute()
      },
    })
  }

  stop(): Promise<void> {
    return this.consumer.disconnect()
  }
}

export const writer = new Writer(Failure)
