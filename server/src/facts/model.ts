/**
 * The facts rules read: what a piece of streaming code does, said without the syntax of any language.
 *
 * A frontend turns source into `Module`s (`code.ts`); the analysis follows handlers through them and writes these facts.
 * Every fact has a place, so that a finding can show its evidence, whichever file that lies in.
 */
import type { Range, StoreInfo } from '../protocol.ts'
import type { Flow, Output } from './flow.ts'

export type * from './flow.ts'

/** Where a fact stands. */
export interface Place {
  /** Absolute path. */
  readonly path: string
  readonly range: Range
}

/** All facts reached from the handlers of one file; their places may lie in any file within reach. */
export interface Facts {
  readonly path: string
  readonly pipelines: readonly Pipeline[]
  readonly transactionalProducers: readonly TransactionalProducer[]
  /** Settings of other pipelines in the workspace, for rules that compare: `shared-group-id`. */
  readonly others: readonly PipelineSummary[]
}

/** A consumer: group, topics, the client it uses, and the handlers that get its records. */
export interface Pipeline {
  readonly at: Place
  readonly library: LibraryId
  readonly groupId: Text | undefined
  readonly topics: readonly Text[]
  readonly options: PipelineOptions
  readonly declared: DeclaredGuarantee | undefined
  /** Where offsets are kept when not in Kafka. */
  readonly store?: StoreInfo | undefined
  readonly handlers: readonly Handler[]
  /** What is really kept, with the chain of evidence. */
  readonly inferred: Inferred
  /** Fixes that change the pipeline as a whole to mend an output. */
  readonly rewrites: ReadonlyMap<Output, FixSketch>
  /** A constant group in code that is given its topics: every use of it joins the same group. */
  readonly isGroupReused: boolean
  /** Whether a signal handler or a stop call for this consumer is in reach. `undefined`: cannot tell. */
  readonly stopsGracefully: boolean | undefined
  /** Adds what stops it on a signal. */
  readonly stopFixes?: readonly FixSketch[]
  /** Turns the client's own commits off and commits where the work is done. */
  readonly manualCommitFixes?: readonly FixSketch[]
}

export interface Inferred {
  readonly guarantee: Guarantee
  readonly evidence: readonly { readonly at: Place; readonly message: string }[]
}

export interface TransactionalProducer {
  readonly at: Place
  readonly transactionalId: Text
  /** What makes the id differ on every start. */
  readonly fresh: { readonly at: Place; readonly source: string } | undefined
  readonly maxInFlight: Option<number> | undefined
}

/** What `shared-group-id` compares, kept for every known file. */
export interface PipelineSummary {
  readonly at: Place
  readonly library: LibraryId
  readonly groupId: string | undefined
  readonly topics: readonly string[]
  readonly handlerAt: Place | undefined
}

export type LibraryId =
  | '@tidemark/runtime'
  | 'kafkajs'
  | '@confluentinc/kafka-javascript'
  | 'node-rdkafka'
  | '@platformatic/kafka'
  | '@nestjs/microservices'
  | 'spark-streaming'
  | 'spark-structured-streaming'

/** A text as far as it is known: `value` is undefined where a part comes from outside the code. */
export interface Text {
  readonly at: Place
  readonly value: string | undefined
  /** As written, shortened. */
  readonly source: string
}

/** An option whose value is known, or `undefined` where it is not set; `isKnown: false` where it is set out of sight. */
export interface Option<T> {
  readonly at: Place
  readonly value: T | undefined
  readonly isKnown: boolean
  /** Its name, where the name alone stands for both: `{ topic, fromBeginning }`. A new value has to be written behind it. */
  readonly shorthand?: string | undefined
}

export interface PipelineOptions {
  readonly autoCommit: Option<boolean> | undefined
  /** When the client itself records an offset as done: before the handler has run, or after it. */
  readonly commitMode: CommitMode
  readonly autoResolve: Option<boolean> | undefined
  /** Behind the brace of the options given to `run`: where a fix may add one. */
  readonly runOptions: { readonly at: Place; readonly separator: string } | undefined
  readonly fromBeginning: Option<boolean> | undefined
  readonly resetPolicy: Option<string> | undefined
  readonly isolation: Option<'read_committed' | 'read_uncommitted'> | undefined
  readonly sessionTimeoutMs: Option<number> | undefined
  readonly heartbeatIntervalMs: Option<number> | undefined
  readonly concurrency: Option<number> | undefined
}

export type CommitMode = 'after-handler' | 'before-handler' | 'manual' | 'store' | 'unknown'

export type Guarantee = 'at-most-once' | 'at-least-once' | 'effectively-once' | 'exactly-once' | 'broken' | 'unknown'

export interface DeclaredGuarantee {
  readonly at: Place
  readonly guarantee: Guarantee
  /** The words that declare it: `transactional(...)`, `exactly once` in a comment. */
  readonly source: string
  /** How to declare another one instead. */
  readonly alternatives?: Partial<Record<Guarantee, FixSketch>>
}

export type HandlerRole = 'message' | 'batch' | 'partition' | 'request-reply' | 'data-event' | 'transaction-body'

export interface Handler {
  /** The function's head, or the name that names it. */
  readonly at: Place
  /** Behind the parameters, where `at` is only the name before them. */
  readonly parametersEnd?: Place | undefined
  readonly role: HandlerRole
  /** Whether the client waits for what the handler returns before it goes on. */
  readonly isAwaited: boolean
  /** Known by the type of what it is given: who calls it, and what is made of its result, is not known. */
  readonly isCalledOutOfSight?: boolean
  readonly flow: Flow
  /** Look-ups of offset ranges by partition index, wherever the handler's helpers make them. */
  readonly offsetLookups: readonly OffsetLookup[]
  /** `false` where part of the work could not be followed. */
  readonly isWhole: boolean
}

/** An operation of a dataset. Wide ones move records between partitions, so offsets no longer belong to them. */
export interface Operation {
  readonly at: Place
  readonly name: string
  readonly isWide: boolean
}

/** `offsetRanges[partition.index]`, `offsetRange` of a partition, a cast to offset ranges. */
export interface OffsetLookup {
  readonly at: Place
  /** How the partition was named: `index`. */
  readonly indexText: string
  /** Every operation between the Kafka batch and the partitions whose index is used, first one first. */
  readonly lineage: readonly Operation[]
  /** Calls from the handler down to the look-up. */
  readonly calls: readonly Place[]
  readonly fixes: readonly FixSketch[]
}

/** A fix as the frontend found it possible: edits in terms of places. */
export interface FixSketch {
  readonly title: string
  readonly isSafe: boolean
  readonly edits: readonly { readonly at: Place; readonly newText: string }[]
}
