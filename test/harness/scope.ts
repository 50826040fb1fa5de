import { after } from 'node:test'

/** What a harness needs of a test or suite: a place to leave its clean-up. `TestContext` fits; for a whole file there is `fileScope`. */
export interface Scope {
  after(cleanUp: () => unknown): void
}

/**
 * The scope of a test file, for what `before` sets up for all of its tests. Call it at the top level.
 *
 * Why not node:test's own `after`: called inside a hook it belongs to that hook, and cleans up before the first test runs.
 */
export function fileScope(): Scope {
  const cleanUps: (() => unknown)[] = []
  after(async () => {
    for (const cleanUp of cleanUps) await cleanUp()
  })
  return { after: cleanUp => void cleanUps.unshift(cleanUp) }
}
