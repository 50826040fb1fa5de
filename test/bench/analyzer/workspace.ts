/** A workspace made for measuring: modules that import each other through barrels, and Kafka code in some of them. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Workspace {
  readonly root: string
  /** A file with a handler, whose save lies in `helper`. */
  readonly handler: string
  readonly helper: string
  readonly files: number
}

const filesPerFolder = 50
/** Files with Kafka code, whatever the size. */
export const pipelinesMax = 60

export function makeWorkspace(root: string, files: number, repositoryRoot: string): Workspace {
  mkdirSync(root, { recursive: true })
  symlinkSync(join(repositoryRoot, 'node_modules'), join(root, 'node_modules'))
  write(root, 'package.json', JSON.stringify({ name: 'measured', private: true, type: 'module' }))
  write(root, 'tsconfig.json', JSON.stringify({ compilerOptions, include: ['src'] }))
  const folders = Math.ceil(files / filesPerFolder)
  for (let folder = 0; folder < folders; folder++) makeFolder(root, folder, files)
  const stride = Math.max(1, Math.floor(folders / (pipelinesMax / 2)))
  for (let index = 0; index < pipelinesMax / 2; index++) makePipeline(root, index, (index * stride) % folders)
  const handler = join(root, 'src', 'f0', 'pipeline0.ts')
  return { root, handler, helper: join(root, 'src', 'f0', 'store0.ts'), files: files + pipelinesMax + folders }
}

const compilerOptions = {
  target: 'es2024',
  module: 'esnext',
  moduleResolution: 'bundler',
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
}

function write(root: string, name: string, text: string): void {
  const path = join(root, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}

function makeFolder(root: string, folder: number, files: number): void {
  const first = folder * filesPerFolder
  const names: string[] = []
  for (let index = first; index < Math.min(first + filesPerFolder, files); index++) {
    names.push(`m${index}`)
    write(root, `src/f${folder}/m${index}.ts`, moduleText(index, folder))
  }
  write(root, `src/f${folder}/index.ts`, names.map(name => `export * from './${name}'\n`).join(''))
}

/** About a hundred lines, as files are. */
function moduleText(index: number, folder: number): string {
  const before = folder > 0 ? `import { compute${(folder - 1) * filesPerFolder} } from '../f${folder - 1}'\n` : ''
  const use = folder > 0 ? `compute${(folder - 1) * filesPerFolder}(value)` : 'value'
  const functions = Array.from(
    { length: 8 },
    (_, at) => `
export function step${index}_${at}(items: readonly Item${index}[], factor: number): number {
  let total = 0
  for (const item of items) {
    if (item.name.length > ${at}) total += item.value * factor
    else total -= item.tags.filter(tag => tag.startsWith('t${at}')).length
  }
  return total + ${at}
}
`,
  )
  return `${before}export interface Item${index} {
  readonly name: string
  readonly value: number
  readonly tags: readonly string[]
}
${functions.join('')}
export function compute${index}(value: number): number {
  return ${use} + step${index}_0([{ name: 'n', value, tags: [] }], 2)
}
`
}

function makePipeline(root: string, index: number, folder: number): void {
  write(
    root,
    `src/f${folder}/pipeline${index}.ts`,
    `import { Kafka } from 'kafkajs'
import { compute${folder * filesPerFolder} } from '.'
import { save${index} } from './store${index}'

const kafka = new Kafka({ clientId: 'service', brokers: ['localhost:9092'] })
const consumer = kafka.consumer({ groupId: 'group-${index}' })

export async function start(): Promise<void> {
  await consumer.connect()
  await consumer.subscribe({ topic: 'topic-${index}', fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const order = JSON.parse(String(message.value)) as { id: string; value: number }
      await save${index}(order.id, compute${folder * filesPerFolder}(order.value))
    },
  })
}

process.once('SIGTERM', () => void consumer.disconnect())
`,
  )
  write(
    root,
    `src/f${folder}/store${index}.ts`,
    `import { Pool } from 'pg'

const pool = new Pool()

export async function save${index}(id: string, value: number): Promise<void> {
  await pool.query('INSERT INTO totals (customer, value) VALUES ($1, $2)', [id, value])
}
`,
  )
}
