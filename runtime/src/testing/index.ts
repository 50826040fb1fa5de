/** `@tidemark/runtime/testing`: a pipeline's whole world in memory, with the semantics of the real one. */
export { FakeKafka } from './fakeKafka.ts'
export type { FakeGroup, FakeMember } from './group.ts'
export type { FakeLog } from './log.ts'
