/** A project whose receivers only a type checker can name. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { repositoryRoot } from '../harness/generate/files.ts'
import { type Folder, folder } from './folder.ts'

/** A project with the real typings of pg and kafkajs, and a company's own library, which says only in its types what it gives. */
export function typedProject(t: TestContext, files: Record<string, string>): Folder {
  const at = folder(t, {
    'node_modules/@acme/platform/package.json':
      '{ "name": "@acme/platform", "version": "1.0.0", "types": "index.d.ts" }',
    'node_modules/@acme/platform/index.d.ts': "export * from './deep/things'\n",
    'node_modules/@acme/platform/deep/things.d.ts': `import type { Consumer } from 'kafkajs'
import type Redis from 'ioredis'
export declare function cacheOf(name: string): { readonly cache: Redis }
export declare function withCache<T>(work: (cache: Redis) => Promise<T>): Promise<T>
export declare function consumerOf(group: string): Consumer
export declare function anythingOf(group: string): any
export declare class Counter { incr(key: string): Promise<number> }
`,
    'node_modules/ioredis/package.json': '{ "name": "ioredis", "version": "5.0.0", "types": "built/index.d.ts" }',
    'node_modules/ioredis/built/index.d.ts': "export { default } from './Redis'\n",
    'node_modules/ioredis/built/Redis.d.ts': `declare class Redis { incr(key: string): Promise<number> }
export default Redis
`,
    ...files,
  })
  for (const name of ['@types/pg', 'kafkajs', 'pg-types', 'pg-protocol'])
    link(join(repositoryRoot, 'node_modules', name), at.at(`node_modules/${name}`))
  return at
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path)
}

export const ownConsumer = `import { consumerOf } from '@acme/platform'
import { Pool } from 'pg'
const pool = new Pool()
const orders = consumerOf('orders')
await orders.run({ eachMessage: async ({ message }) => {
  await pool.query('INSERT INTO orders VALUES ($1)', [message.value])
} })
process.once('SIGTERM', () => orders.disconnect())
`
