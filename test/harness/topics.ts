/** Names that no other test uses, so that tests share a broker and pass in any order. */
import { randomBytes } from 'node:crypto'

/** `orders-3f9a1c02`: for topics, groups, transactional ids. */
export function uniqueName(stem: string): string {
  return `${stem}-${randomBytes(4).toString('hex')}`
}
