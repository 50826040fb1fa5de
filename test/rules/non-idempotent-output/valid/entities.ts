import { Kafka } from 'kafkajs'
import { BaseEntity, Column, DataSource, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm'

const consumer = new Kafka({ clientId: 'orders', brokers: ['localhost:9092'] }).consumer({ groupId: 'orders' })
const database = new DataSource({ type: 'postgres' })

@Entity()
class Transfer {
  @PrimaryGeneratedColumn('uuid')
  transferNumber!: string

  @Column()
  status!: string

  @Column()
  cents!: number
}

/** No two rows of one product, nor of one label. */
@Entity()
class Stock extends BaseEntity {
  @PrimaryGeneratedColumn()
  id!: number

  @Column('integer', { unique: true })
  product!: number
}

@Entity()
class Label {
  @PrimaryColumn()
  text!: string
}

const transfers = database.getRepository(Transfer)

/** Written back under the key it was read with. */
async function settle(transferNumber: string, status: string): Promise<Transfer> {
  const found = await transfers.findOneBy({ transferNumber })
  if (!found) throw new Error('no such transfer')
  return transfers.save({ ...found, status, settledAt: new Date() })
}

async function cancel(transferNumber: string, reason: string): Promise<Transfer> {
  const found = await transfers.findOneByOrFail({ transferNumber })
  found.status = reason
  return transfers.save(found)
}

await consumer.run({
  eachMessage: async ({ message }) => {
    const { number, status } = JSON.parse(String(message.value))
    await settle(number, status)
    await cancel(number, status)
    await Stock.save(Stock.create({ product: number }))
    await database.getRepository(Label).save({ text: status })
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
