/** One contestant's process: `main.ts <name> <task as JSON> <when it was started>`. */
import { Meter } from './meter.ts'
import type { Task } from './orders.ts'

const [name, taskText, startedText] = process.argv.slice(2) as [string, string, string]
const task: Task = JSON.parse(taskText)
const [work, ...rest] = name.split(' ')
const who = rest.join(' ')
const meter = new Meter(task, Number(startedText))
const isParsed = work === 'json'

// Each process loads only what it runs: start-up and memory are measured too.
if (who.startsWith('tidemark')) {
  const { copyWithTidemark, readWithTidemark } = await import('./tidemark.ts')
  await (work === 'copy' ? copyWithTidemark(task, meter) : readWithTidemark(who, isParsed, task, meter))
} else if (who.startsWith('kafkajs')) {
  const { copyWithKafkajs, readWithKafkajs } = await import('./bareKafkajs.ts')
  await (work === 'copy' ? copyWithKafkajs(task, meter) : readWithKafkajs(who, isParsed, task, meter))
} else {
  const { readWithPlatformatic } = await import('./barePlatformatic.ts')
  await readWithPlatformatic(isParsed, task, meter)
}
process.exit(0)
