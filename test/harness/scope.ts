import { after } from 'node:test'

/** What a harness needs of a test: a place to leave its clean-up. `TestContext` fits. */
export interface Scope {
  after(cleanUp: () => unknown): void
}

/**
 * A scope that lasts as long as the file. Call it at the top of a file: an `after` that is called inside a `before` runs when
 * that hook ends, not when the tests do.
 */
export function fileScope(): Scope {
  const cleanUps: (() => unknown)[] = []
  after(async () => {
    for (const cleanUp of cleanUps.reverse()) await cleanUp()
  })
  return { after: cleanUp => void cleanUps.push(cleanUp) }
}
