/** What a harness needs of a test or suite: a place to leave its clean-up. `TestContext` fits, and so does `{ after }` of node:test. */
export interface Scope {
  after(cleanUp: () => unknown): void
}
