/** Who takes part, and under which heading. */
export interface Contestant {
  /** Also how its process knows what to do: see `main.ts`. */
  readonly name: string
  readonly heading: string
  /** What the others under its heading are compared with. */
  readonly isBaseline?: true
  /** Reads a tenth of the records. */
  readonly isSmall?: true
  /** Of its Node. */
  readonly flags?: readonly string[]
}

const unparsed = 'Values not parsed'
const summed = 'JSON parsed and summed per customer'
const young = 'As above, with a young generation that stays small (node --max-semi-space-size=2)'
const latency = 'Small batches, JSON parsed, summed and saved (a tenth of the records)'
const hooked = 'JSON parsed and summed per customer, with the hook for stepping preloaded and no debugger attached'
const written = 'JSON parsed, written to another topic (a tenth of the records)'

/** Most of what a process of these takes is V8's room for what dies young, which grows with the memory of the machine. */
const keptYoung = ['--max-semi-space-size=2']

/** Loads nothing and patches nothing while nobody debugs. */
const withHook = ['--import=@tidemark/runtime/register']

export const contestants: readonly Contestant[] = [
  { heading: unparsed, name: 'none kafkajs eachBatch, default sizes' },
  { heading: unparsed, name: 'none kafkajs eachBatch, same sizes', isBaseline: true },
  { heading: unparsed, name: 'none kafkajs eachBatch, 4 MiB a partition' },
  { heading: unparsed, name: 'none kafkajs eachMessage' },
  { heading: unparsed, name: 'none @platformatic/kafka stream' },
  { heading: unparsed, name: 'none tidemark at-most-once' },
  { heading: unparsed, name: 'none tidemark at-least-once' },
  { heading: unparsed, name: 'none tidemark at-least-once over @platformatic/kafka' },
  { heading: summed, name: 'json kafkajs eachBatch, default sizes' },
  { heading: summed, name: 'json kafkajs eachBatch, same sizes', isBaseline: true },
  { heading: summed, name: 'json kafkajs eachBatch, 4 MiB a partition' },
  { heading: summed, name: 'json kafkajs eachMessage' },
  { heading: summed, name: 'json @platformatic/kafka stream' },
  { heading: summed, name: 'json tidemark at-most-once' },
  { heading: summed, name: 'json tidemark at-least-once' },
  { heading: summed, name: 'json tidemark at-least-once over @platformatic/kafka' },
  { heading: summed, name: 'json tidemark idempotent(sqlite)' },
  { heading: summed, name: 'json tidemark transactional(sqlite)' },
  { heading: young, name: 'json kafkajs eachBatch, same sizes, kept young', flags: keptYoung, isBaseline: true },
  { heading: young, name: 'json tidemark at-least-once, kept young', flags: keptYoung },
  { heading: young, name: 'json tidemark transactional(sqlite), kept young', flags: keptYoung },
  { heading: hooked, name: 'json kafkajs eachMessage, alone', isBaseline: true },
  { heading: hooked, name: 'json kafkajs eachMessage, hook preloaded', flags: withHook },
  { heading: latency, name: 'json tidemark transactional(sqlite), batches of 100', isSmall: true },
  { heading: written, name: 'copy kafkajs, a transaction per 1,000', isBaseline: true, isSmall: true },
  { heading: written, name: 'copy tidemark transactional(kafka)', isSmall: true },
]
