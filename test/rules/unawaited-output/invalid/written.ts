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
        this.errors.bulkCreate([{ id: order.id }], { ignoreDuplicates: true })
//      ^^^^^^^^^^^^^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'errors.bulkCreate'. Await it, or return it.
        Reading.findOneAndDelete({ sensor: order.sensor })
//      ^^^^^^^^^^^^^^^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'Reading.findOneAndDelete'. Await it, or return it.
        Reading.replaceOne({ _id: order.id }, order, { upsert: true })
//      ^^^^^^^^^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'Reading.replaceOne'. Await it, or return it.
        Stock.createQueryBuilder().update().set({ count: order.count }).where('id = :id', order).execute()
//      ^^^^^^^^^^^^^^^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'Stock.createQueryBuilder'. Await it, or return it.
        Stock.createQueryBuilder().delete().where('id = :id', order).execute()
//      ^^^^^^^^^^^^^^^^^^^^^^^^ unawaited-output: The promise is dropped, so the offset is committed whatever becomes of 'Stock.createQueryBuilder'. Await it, or return it.
      },
    })
  }

  stop(): Promise<void> {
    return this.consumer.disconnect()
  }
}

export const writer = new Writer(Failure)
