import { Controller } from '@nestjs/common'
import { EventPattern, Payload } from '@nestjs/microservices'
import { InjectModel, Prop, Schema } from '@nestjs/mongoose'
import { InjectRepository } from '@nestjs/typeorm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, text } from 'drizzle-orm/pg-core'
import mongoose, { type Model } from 'mongoose'
import { DataTypes, Model as Stored, Sequelize } from 'sequelize'
import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn, Repository, Unique } from 'typeorm'

interface Order {
  number: string
  shop: string
  line: number
  cents: number
}

@Entity()
class Invoice {
  @PrimaryGeneratedColumn()
  id!: number

  @Column({ unique: false })
  number!: string
}
@Entity()
@Unique(['shop', 'line'])
@Index(['shop'])
class Line {
  @PrimaryGeneratedColumn()
  id!: number

  @Column()
  shop!: string

  @Column()
  line!: number
}
@Entity()
class Part {
  @PrimaryColumn()
  shop!: string

  @PrimaryColumn()
  number!: number
}
@Schema()
class Parcel {
  @Prop()
  number!: string
}

/** Not unique, or only together with a column that is not the event's. */
@Controller()
export class Orders {
  constructor(
    @InjectRepository(Invoice) private readonly invoices: Repository<Invoice>,
    @InjectRepository(Line) private readonly lines: Repository<Line>,
    @InjectRepository(Part) private readonly parts: Repository<Part>,
    @InjectModel(Parcel.name) private readonly parcels: Model<Parcel>,
  ) {}

  @EventPattern('orders')
  async onOrder(@Payload() { number, shop, cents }: Order): Promise<void> {
    await this.invoices.insert({ number })
//        ^^^^^^^^^^^^^^^^^^^^ non-idempotent-output: 'invoices.insert' runs again when the record is delivered again (a plain insert), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await this.lines.insert({ shop, line: Math.random() })
//        ^^^^^^^^^^^^^^^^^ non-idempotent-output: 'lines.insert' runs again when the record is delivered again (a plain insert), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await this.parts.insert({ shop, number: Date.now() })
//        ^^^^^^^^^^^^^^^^^ non-idempotent-output: 'parts.insert' runs again when the record is delivered again (a plain insert), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await this.parcels.create({ number, cents })
//        ^^^^^^^^^^^^^^^^^^^ non-idempotent-output: 'parcels.create' runs again when the record is delivered again (no key taken from the record), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  }
}

const sequelize = new Sequelize('postgres://localhost')
class Shipment extends Stored {}
Shipment.init(
  { shop: DataTypes.STRING, line: DataTypes.INTEGER },
  { sequelize, indexes: [{ fields: ['shop', 'line'] }, { unique: true, fields: ['shop'], where: { line: 1 } }] },
)
const schema = new mongoose.Schema({ shop: String, line: Number })
schema.index({ shop: 1, line: 1 })
const Box = mongoose.model('Box', schema)

const database = drizzle('postgres://localhost')
const crates = pgTable('crates', { number: text('number'), cents: integer('cents') })

@Controller()
export class Shipping {
  @EventPattern('orders.shipped')
  async onShipped(@Payload() { number, shop, line, cents }: Order): Promise<void> {
    await Shipment.create({ shop, line })
//        ^^^^^^^^^^^^^^^ non-idempotent-output: 'Shipment.create' runs again when the record is delivered again (no key taken from the record), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await Box.create({ shop, line })
//        ^^^^^^^^^^ non-idempotent-output: 'Box.create' runs again when the record is delivered again (no key taken from the record), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
    await database.insert(crates).values({ number, cents })
//        ^^^^^^^^^^^^^^^ non-idempotent-output: 'database.insert' runs again when the record is delivered again (a plain insert), so its effect is doubled. Use an upsert, a key taken from the record, or the guarantee's transaction.
  }
}
