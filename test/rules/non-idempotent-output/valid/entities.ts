import { Kafka } from 'kafkajs'
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm'

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

const transfers = database.getRepository(Transfer)

/** Written back under the key it was read with. */
async function settle(transferNumber: string, status: string): Promise<Transfer> {
  const found = await transfers.findOneBy({ transferNumber })
  if (!found) throw new Error('no such transfer')
  return transfers.save({ ...found, status, settledAt: new Date() })
}

await consumer.run({
  eachMessage: async ({ message }) => {
    const { number, status } = JSON.parse(String(message.value))
    await settle(number, status)
  },
})

process.once('SIGTERM', () => void consumer.disconnect())
