import { Controller } from '@nestjs/common'
import { EventPattern, Payload } from '@nestjs/microservices'
import { InjectModel, Prop, Schema, SchemaFactory } from '@nestjs/mongoose'
import { InjectRepository } from '@nestjs/typeorm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import { MongoClient } from 'mongodb'
import mongoose, { type HydratedDocument, type Model } from 'mongoose'
import { DataTypes, Model as Stored, Sequelize } from 'sequelize'
import { Column as Attribute, Model as Record, PrimaryKey, Table, Unique as UniqueAttribute } from 'sequelize-typescript'
import { Column, Entity, EntityManager, Index, PrimaryColumn, PrimaryGeneratedColumn, Repository, Unique } from 'typeorm'

interface Order {
  number: string
  shop: string
  line: number
  cents: number
}

abstract class Numbered {
  @PrimaryGeneratedColumn()
  id!: number

  @Column({ unique: true })
  number!: string
}
@Entity()
class Invoice extends Numbered {}

@Entity()
@Unique(['shop', 'line'])
class Line {
  @PrimaryGeneratedColumn()
  id!: number

  @Column()
  shop!: string

  @Column()
  line!: number
}
@Entity()
@Index('by_number', ['number'], { unique: true })
class Note {
  @PrimaryGeneratedColumn()
  id!: number

  @Column()
  number!: string
}
@Entity()
class Part {
  @PrimaryColumn()
  shop!: string

  @PrimaryColumn()
  number!: string
}

@Schema()
class Parcel {
  @Prop({ unique: true })
  number!: string
}
@Schema()
class Label {
  @Prop()
  number!: string
}
const LabelSchema = SchemaFactory.createForClass(Label)
LabelSchema.index({ number: 1 }, { unique: true })
type LabelDocument = HydratedDocument<Label>

/** The column is set from the event, and the entity says that it is unique. */
@Controller()
export class Orders {
  constructor(
    @InjectRepository(Invoice) private readonly invoices: Repository<Invoice>,
    @InjectRepository(Line) private readonly lines: Repository<Line>,
    @InjectRepository(Note) private readonly notes: Repository<Note>,
    private readonly manager: EntityManager,
    @InjectModel(Parcel.name) private readonly parcels: Model<Parcel>,
    @InjectModel(Label.name) private readonly labels: Model<LabelDocument>,
  ) {}

  @EventPattern('orders')
  async onOrder(@Payload() { number, shop, line, cents }: Order): Promise<void> {
    await this.invoices.insert({ number })
    await this.lines.insert({ shop, line })
    await this.notes.save({ number })
    await this.manager.insert(Part, { shop, number })
    await this.parcels.create({ number, cents })
    await this.labels.create({ number, cents })
  }
}

const sequelize = new Sequelize('postgres://localhost')
class Shipment extends Stored {}
Shipment.init(
  { shop: DataTypes.STRING, line: DataTypes.INTEGER },
  { sequelize, indexes: [{ unique: true, fields: ['shop', 'line'] }] },
)
const Payment = sequelize.define('Payment', { number: { type: DataTypes.STRING, unique: true } })
@Table
class Receipt extends Record {
  @UniqueAttribute
  @Attribute
  number!: string
}
@Table
class Refund extends Record {
  @PrimaryKey
  @Attribute
  number!: string
}

const schema = new mongoose.Schema({ shop: String, line: Number })
schema.index({ shop: 1, line: 1 }, { unique: true })
const Box = mongoose.model('Box', schema)
const pallets = new MongoClient('mongodb://localhost').db('shop').collection('pallets')
await pallets.createIndex({ number: 1 }, { unique: true })

const database = drizzle('postgres://localhost')
const crates = pgTable('crates', { number: text('number').unique(), cents: integer('cents') })

@Controller()
export class Shipping {
  @EventPattern('orders.shipped')
  async onShipped(@Payload() { number, shop, line, cents }: Order): Promise<void> {
    await Shipment.create({ shop, line })
    await Payment.create({ number, cents })
    await Receipt.create({ number })
    await Refund.create({ number })
    await Box.create({ shop, line })
    await pallets.insertOne({ number, cents })
    await database.insert(crates).values({ number, cents })
  }
}
