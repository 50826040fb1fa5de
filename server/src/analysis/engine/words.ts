/** What is asked of files by their words and names alone. */
import { basename, dirname, extname } from 'node:path'
import { typescriptExtensions } from '../../frontends/typescript/index.ts'

/** `./lib/order.js` and `lib/order`: order. */
export function lastNameOf(specifier: string): string {
  return basename(specifier).replace(/\.[cm]?[jt]sx?$/, '')
}

/** What an import of this file may end with: its name, or its folder's where it is the index. */
export function namesOf(path: string): string[] {
  const name = lastNameOf(path)
  return name === 'index' ? [name, basename(dirname(path))] : [name]
}

/** Of a language that is read. */
export function hasFrontend(path: string): boolean {
  return typescriptExtensions.includes(extname(path)) && !path.endsWith('.d.ts')
}

/** Handlers named so are given to a consumer, whoever made it: a company's own library need not say whose it is. */
const kafkaWords = ['kafka', 'Kafka', 'KAFKA', '@tidemark/runtime', '@nestjs/microservices', 'eachMessage', 'eachBatch']

/** @param own - libraries of the team's own consumers */
export function mentionsKafka(text: string, own: readonly string[]): boolean {
  return kafkaWords.some(word => text.includes(word)) || own.some(library => text.includes(library))
}

/** A file that only passes others on says nothing itself. */
export function isBarrel(text: string): boolean {
  return text.length < 20_000 && /^export\s+(?:\*|\{[^}]*\})\s+from\b/m.test(text)
}
