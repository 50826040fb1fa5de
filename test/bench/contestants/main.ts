/** One contestant's process: `main.ts <name> <task as JSON> <when it was started>`. */
import { copyWithKafkajs, readWithKafkajs } from './bareKafkajs.ts'
import { readWithPlatformatic } from './barePlatformatic.ts'
import { Meter } from './meter.ts'
import type { Task } from './orders.ts'
import { copyWithTidemark, readWithTidemark } from './tidemark.ts'

const [name, taskText, startedText] = process.argv.slice(2) as [string, string, string]
const task: Task = JSON.parse(taskText)
const [work, ...rest] = name.split(' ')
const who = rest.join(' ')
const meter = new Meter(task, Number(startedText))
const isParsed = work === 'json'

if (work === 'copy') await (who.startsWith('tidemark') ? copyWithTidemark(task, meter) : copyWithKafkajs(task, meter))
else if (who.startsWith('tidemark')) await readWithTidemark(who, isParsed, task, meter)
else if (who.startsWith('kafkajs')) await readWithKafkajs(who, isParsed, task, meter)
else await readWithPlatformatic(isParsed, task, meter)
process.exit(0)
