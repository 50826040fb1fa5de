/** What a user would write by hand against `@platformatic/kafka`. */
import { Consumer } from '@platformatic/kafka'
import { uniqueName } from '../../harness/topics.ts'
import type { Meter } from './meter.ts'
import type { Order, Task } from './orders.ts'

export async function readWithPlatformatic(isParsed: boolean, task: Task, meter: Meter): Promise<void> {
  const consumer = new Consumer({
    groupId: uniqueName('bench'),
    clientId: 'bench',
    bootstrapBrokers: [...task.brokers],
  })
  const stream = await consumer.consume({
    topics: [task.topic],
    mode: 'earliest',
    autocommit: true,
    maxBytes: 4 << 20,
    maxWaitTime: 250,
  })
  for await (const { value } of stream) {
    meter.begin()
    if (isParsed) meter.add(JSON.parse((value as Buffer).toString()) as Order)
    meter.seen++
    if (meter.isDone) break
  }
  meter.finish(isParsed ? meter.totalCents : undefined)
}
