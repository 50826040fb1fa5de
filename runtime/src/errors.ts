/**
 * Every error a user can meet, as one table: a code, a message that says what and why, and what to do about it.
 *
 * Adding an error is adding a row; its details are typed by the row's `message`. Messages never hold a password or a record's value.
 */
import { type Message, says } from './errorTemplate.ts'
import { type OffsetRange, partitionName, rangeName, type TopicPartition } from './semantics/ranges.ts'

export interface ErrorRow<Details> {
  /** Whether trying again, with nothing changed by a person, can succeed. */
  readonly retriable: boolean
  readonly message: Message<Details>
  /** What a tired person does next. */
  readonly action: string
}

const row = <Details>(errorRow: ErrorRow<Details>): ErrorRow<Details> => errorRow

export const errorTable = {
  // Options and start-up
  OPTION_INVALID: row<{ option: string; value: unknown; expected: string }>({
    retriable: false,
    message: ({ option, value, expected }) => `The option ${option} is ${shown(value)}, but it must be ${expected}.`,
    action: 'Correct the option passed to createProcessor. Nothing was read or written.',
  }),
  HANDLER_MISSING: row<Record<never, never>>({
    retriable: false,
    message: () => 'run() was called before a handler was given.',
    action: 'Call foreachBatch(handler) or foreachPartition(handler) once, then run().',
  }),
  HANDLER_TWICE: row<Record<never, never>>({
    retriable: false,
    message: () => 'A processor takes one handler, and a second one was given.',
    action:
      'Do both pieces of work in one handler, so that they commit together, or create a second processor with its own groupId.',
  }),
  RUN_TWICE: row<Record<never, never>>({
    retriable: false,
    message: () => 'run() was called twice on one processor.',
    action: 'Create a new processor for another run.',
  }),
  GUARANTEE_UNSUPPORTED: row<{ guarantee: string; by: string; why: string; wayOut: string }>({
    retriable: false,
    message: ({ guarantee, by, why, wayOut }) => `${by} cannot keep the guarantee ${guarantee}: ${why}. ${wayOut}`,
    action: 'Choose a client or store that can, or a weaker guarantee. Nothing was read or written.',
  }),

  // Kafka
  BROKER_UNREACHABLE: row<{ brokers: string; step: string; reason: string }>({
    retriable: true,
    message: says('No broker of {brokers} could be reached ({step}): {reason}.'),
    action: 'Check that the brokers run and that this address is the one they advertise to clients.',
  }),
  AUTHENTICATION_FAILED: row<{ brokers: string; mechanism: string; reason: string }>({
    retriable: false,
    message: says('The brokers {brokers} refused the {mechanism} credentials: {reason}.'),
    action: 'Check user, password or certificate, and that the listener uses this mechanism.',
  }),
  AUTHORIZATION_FAILED: row<{ operation: string; resource: string }>({
    retriable: false,
    message: says('The broker refused to let this user {operation} {resource}.'),
    action: 'Ask for the ACL named here, or use another user. Nothing was read or written.',
  }),
  BROKER_TOO_OLD: row<{ brokers: string; request: string; spoken: string }>({
    retriable: false,
    message: says('The brokers {brokers} do not speak {request} (spoken: {spoken}).'),
    action: 'Use Kafka 2.8 or newer. Nothing was read or written.',
  }),
  TOPIC_UNKNOWN: row<{ topics: readonly string[] }>({
    retriable: false,
    message: ({ topics }) => `The cluster has no topic ${topics.map(topic => `'${topic}'`).join(', ')}.`,
    action: 'Create the topic, or correct its name. Topics are never created by reading them.',
  }),
  UNSUPPORTED_CODEC: row<{ where: string; codec: string }>({
    retriable: false,
    message: ({ where, codec }) => `Records of ${where} are compressed with ${codec}, which this client cannot read.`,
    action: 'Register the codec with the client, or have the producer use gzip or zstd. The position was not moved.',
  }),
  CORRUPT_RECORD: row<{ where: string; reason: string }>({
    retriable: false,
    message: ({ where, reason }) => `The log of ${where} could not be decoded: ${reason}`,
    action:
      'Read the same offset with another client. If it fails too, the broker holds a corrupt segment; skip it by an explicit starting offset.',
  }),
  KAFKA_REQUEST_FAILED: row<{ request: string; reason: string }>({
    retriable: true,
    message: says('Kafka answered {request} with an error: {reason}.'),
    action: 'It is tried again within the bounds of the options. If it lasts, look at the broker named in the message.',
  }),
  KAFKA_REQUEST_REFUSED: row<{ request: string; reason: string }>({
    retriable: false,
    message: says('Kafka refused {request}: {reason}.'),
    action: 'Asking again will not help: change what the reason names.',
  }),
  PRODUCE_FAILED: row<{ topic: string; reason: string }>({
    retriable: true,
    message: ({ topic, reason }) => `Records for ${topic} were not acknowledged: ${reason}`,
    action: 'The producer is replaced before anything is sent again. Nothing was committed.',
  }),
  PRODUCE_REFUSED: row<{ partition: string; reason: string }>({
    retriable: false,
    message: ({ partition, reason }) => `The broker refused records for ${partition}: ${reason}.`,
    action: 'Change what the reason names: sending the same again would be refused again. Nothing of them was stored.',
  }),
  RECORD_TOO_LARGE: row<{ partition: string; records: number; sizeBytes: number; reason: string }>({
    retriable: false,
    message: ({ partition, records, sizeBytes, reason }) =>
      `${records === 1 ? 'A record' : `${records} records, sent together`} of ${sizeBytes} bytes for ${partition} did not fit: ${reason}.`,
    action: "Make the record smaller, or raise the topic's max.message.bytes. Nothing of them was stored.",
  }),
  GROUP_ENDED: row<{ groupId: string; reason: string }>({
    retriable: true,
    message: ({ groupId, reason }) => `The membership in group ${groupId} ended: ${reason}`,
    action: 'Start the pipeline again: it goes on from the committed offsets.',
  }),
  CLUSTER_READ_ONLY: row<{ cluster: string; what: string }>({
    retriable: false,
    message: says('The cluster {cluster} is read-only: Tidemark does not {what}.'),
    action: "Set 'readOnly' to false for this cluster if you mean it. Nothing was sent.",
  }),
  GROUP_ACTIVE: row<{ groupId: string; verb: string; members: readonly string[] }>({
    retriable: true,
    message: ({ groupId, verb, members }) =>
      `Group ${groupId} cannot be ${verb === 'reset' ? 'reset' : 'deleted'} while it has members: ${members.join(', ')}.`,
    action: 'Stop them first. Nothing was changed.',
  }),
  CONNECTION_CLOSED: row<{ what: string }>({
    retriable: false,
    message: says('{what} was used after it had been closed.'),
    action: 'Open a new connection.',
  }),

  // Positions
  FENCED: row<{ partitions: readonly TopicPartition[]; reason: string }>({
    retriable: false,
    message: ({ partitions, reason }) =>
      `Another owner has taken over ${partitions.map(partitionName).join(', ') || 'this work'}: ${reason}. Nothing was written.`,
    action: 'Nothing: the other owner goes on from what is committed. If no other instance should run, look for one.',
  }),
  FENCED_REPEATEDLY: row<{ partitions: readonly TopicPartition[]; times: number; store: string }>({
    retriable: false,
    message: ({ partitions, times, store }) =>
      `${partitions.map(partitionName).join(', ')} was taken over ${times} times in a row although this process is the only owner in its group: something outside the group moves the offsets in ${store}.`,
    action: 'Give each pipeline its own groupId, and stop other writers of these rows.',
  }),
  COMMIT_UNKNOWN: row<{ what: string; reason: string }>({
    retriable: true,
    message: ({ what, reason }) => `It is unknown whether the commit to ${what} took effect: ${reason}`,
    action: 'It is settled by reading the offsets back. If that cannot be done either, the next start does it.',
  }),
  OFFSET_METADATA_TOO_LARGE: row<{ what: string; effect: string }>({
    retriable: false,
    message: ({ what, effect }) =>
      `The brokers keep less beside an offset (offset.metadata.max.bytes) than ${what} has for it: ${effect}.`,
    action: 'Offsets themselves always fit. Allow 1,024 bytes or more, or keep the offsets in a store.',
  }),
  OFFSETS_LOST: row<{ groupId: string; report: string }>({
    retriable: false,
    message: ({ groupId, report }) =>
      `Records that group ${groupId} has not processed are gone, or its positions do not fit the log:\n${report}`,
    action:
      "Decide: onDataLoss 'earliest' goes on with the oldest record left, 'latest' with new ones only; a reset sets another position. Nothing was read or moved.",
  }),
  STARTING_OFFSET_INVALID: row<{
    partition: TopicPartition
    offset: bigint
    logStartOffset: bigint
    highWatermark: bigint
  }>({
    retriable: false,
    message: ({ partition, offset, logStartOffset, highWatermark }) =>
      `The explicit starting offset ${offset} of ${partitionName(partition)} is outside its log ${logStartOffset}..${highWatermark}.`,
    action: 'Choose an offset inside the log. Nothing was read or written.',
  }),

  // Processing
  HANDLER_FAILED: row<{ ranges: readonly OffsetRange[]; attempts: number; reason: string; effect: string }>({
    retriable: false,
    message: ({ ranges, attempts, reason, effect }) =>
      `The handler failed on ${ranges.map(rangeName).join(', ')} after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}: ${reason}. ${effect}`,
    action: 'Fix the handler or the record, then start again.',
  }),
  PARSE_FAILED: row<{ record: string; reason: string }>({
    retriable: false,
    message: ({ record, reason }) => `The value of ${record} could not be parsed: ${reason}`,
    action: 'Let the parser function return a marker for values it does not know, or fix the producer.',
  }),
  DATASET_KEY_INVALID: row<{ operation: string; key: unknown }>({
    retriable: false,
    message: ({ operation, key }) => `${operation} met the key ${shown(key)}; objects have no equality of their own.`,
    action: 'Use a string, number, bigint, boolean or null as the key, for example an id or JSON text.',
  }),
  REBALANCE_DEADLINE: row<{ partitions: readonly TopicPartition[]; deadlineMs: number }>({
    retriable: true,
    message: ({ partitions, deadlineMs }) =>
      `${partitions.map(partitionName).join(', ')} had to be given up before its batch was done (${deadlineMs} ms): the batch was not committed.`,
    action: 'Make batches smaller or rebalanceTimeoutMs longer. The next owner runs the batch again.',
  }),
  STOP_DEADLINE: row<{ deadlineMs: number }>({
    retriable: false,
    message: ({ deadlineMs }) =>
      `The batch in flight did not end within ${deadlineMs} ms and was given up without a commit.`,
    action: 'Give stop() a longer deadline, or make batches smaller.',
  }),
  CLOCK_MOVED_BACK: row<{ byMs: number; store: string }>({
    retriable: true,
    message: ({ byMs, store }) =>
      `The clock of this machine went back by ${Math.round(byMs)} ms since the last commit to ${store}.`,
    action:
      'Nothing is lost: positions, order and deadlines do not depend on it, only the times in proof records do. Look at the time service.',
  }),

  // Stores
  STORE_LOCKED: row<{ path: string; pid?: number | undefined }>({
    retriable: true,
    message: ({ path, pid }) =>
      `The offset store ${path} is in use by ${pid === undefined ? 'another process' : `process ${pid}`}.`,
    action: 'Stop that process, or give this pipeline its own store. Nothing was read or written.',
  }),
  STORE_READ_ONLY: row<{ store: string; reason: string }>({
    retriable: false,
    message: says('{store} cannot be written: {reason}.'),
    action: 'Give the process the right to write there. Nothing was read from Kafka.',
  }),
  STORE_FULL: row<{ store: string; reason: string }>({
    retriable: true,
    message: ({ store, reason }) => `${store} is full: ${reason}`,
    action: 'Make room; the batch was rolled back and runs again.',
  }),
  STORE_UNREACHABLE: row<{ store: string; reason: string }>({
    retriable: true,
    message: says('{store} could not be reached: {reason}.'),
    action: 'Check that it runs and that the address and credentials are right. Nothing was committed.',
  }),
  STORE_VERSION: row<{ store: string; found: number; expected: number }>({
    retriable: false,
    message: says('{store} was written by layout version {found}; this runtime knows version {expected}.'),
    action: 'Use the runtime that wrote it, or migrate it. Nothing was changed.',
  }),
  STORE_CORRUPT: row<{ store: string; reason: string }>({
    retriable: false,
    message: says('{store} is damaged: {reason}.'),
    action: 'Restore it from a copy, or set the positions anew with a reset. Nothing was changed.',
  }),
  STORE_FAILED: row<{ store: string; operation: string; reason: string }>({
    retriable: true,
    message: says('{store} failed to {operation}: {reason}.'),
    action: 'See the reason. Nothing was committed.',
  }),
  STORE_BUSY_OUTSIDE: row<{ store: string; reason: string }>({
    retriable: false,
    message: ({ store, reason }) => `${store} was used outside its transaction: ${reason}`,
    action: 'Use the tx handle only inside the handler it was given to, and await what it returns.',
  }),

  // Debugging
  CONTROL_REFUSED: row<{ reason: string }>({
    retriable: false,
    message: ({ reason }) => `The editor's control link was not used: ${reason}`,
    action: 'The pipeline runs on without it. Start it again from the editor to step through it.',
  }),
  SCRATCH_NOT_COPIED: row<{ groupId: string; scratch: string; reason: string }>({
    retriable: false,
    message: ({ groupId, scratch, reason }) =>
      `The committed offsets of group ${groupId} could not be copied to the scratch group ${scratch}: ${reason}`,
    action:
      'Nothing was consumed and no group has moved. Check that the user may read and write offsets of both groups.',
  }),
} as const

export type ErrorCode = keyof typeof errorTable
export type ErrorDetails<Code extends ErrorCode> =
  (typeof errorTable)[Code] extends ErrorRow<infer Details> ? Details : never

/**
 * An error of the table. `message` says what and why; `action` what to do.
 *
 * @example throw new TidemarkError('TOPIC_UNKNOWN', { topics: ['oders'] })
 */
export class TidemarkError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code
  readonly action: string
  readonly retriable: boolean
  readonly details: ErrorDetails<Code>

  constructor(code: Code, details: ErrorDetails<Code>, options?: ErrorOptions) {
    const errorRow: ErrorRow<never> = errorTable[code]
    super(`${errorRow.message(details as never)} ${errorRow.action}`, options)
    this.name = 'TidemarkError'
    this.code = code
    this.action = errorRow.action
    this.retriable = errorRow.retriable
    this.details = details
  }
}

/** Another owner holds these partitions now. Nothing was written by the call that threw this. */
export class FencedError extends TidemarkError<'FENCED'> {
  readonly partitions: readonly TopicPartition[]

  /** @param reason what was seen, for example `the row stands at 150, not at 100`. */
  constructor(partitions: readonly TopicPartition[], reason: string, options?: ErrorOptions) {
    super('FENCED', { partitions, reason }, options)
    this.name = 'FencedError'
    this.partitions = partitions
  }
}

/** The reply to a commit was lost. Read the offsets back: at `untilOffset` it is done, at `fromOffset` it is not, else fenced. */
export class CommitUnknownError extends TidemarkError<'COMMIT_UNKNOWN'> {
  constructor(what: string, reason: string, options?: ErrorOptions) {
    super('COMMIT_UNKNOWN', { what, reason }, options)
    this.name = 'CommitUnknownError'
  }
}

/** A produce request failed; `indefinite` when the records may be in the log all the same. */
export class ProduceError extends TidemarkError<'PRODUCE_FAILED'> {
  readonly indefinite: boolean

  constructor(topic: string, reason: string, indefinite: boolean, options?: ErrorOptions) {
    super('PRODUCE_FAILED', { topic, reason }, options)
    this.name = 'ProduceError'
    this.indefinite = indefinite
  }
}

/** What an unknown thrown value says: user code may throw anything. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : shown(thrown)
}

/** A state that cannot be: a defect of Tidemark itself, never of its user. Stops the run rather than guess about offsets. */
export function bug(what: string): never {
  throw new Error(`Tidemark bug: ${what}. Please report it; no further batch was committed.`)
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)).slice(0, 200)
  } catch {
    return 'an object'
  }
}
