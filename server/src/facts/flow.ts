/** What a handler does, as rules read it: control flow, and the events that matter. */
import type { FixSketch, Place } from './model.ts'

/** What a handler does, in order, helpers inlined. Only events and the control flow around them are kept. */
export type Flow = Sequence | Branch | Loop | Try | Parallel | Detached | Call | Event

/** A helper's work where it is called; its `return` ends it and no more. */
export interface Call {
  readonly kind: 'helper'
  readonly at: Place
  readonly name: string
  readonly body: Flow
  /** Its result is looked at: an error may be told by it. */
  readonly isUsed: boolean
  /** Its promise is kept, to be awaited with others. */
  readonly isCollected?: boolean
}

export interface Sequence {
  readonly kind: 'sequence'
  readonly steps: readonly Flow[]
}

/** Exactly one arm runs. An `if` without `else` has an empty second arm. */
export interface Branch {
  readonly kind: 'branch'
  readonly at: Place
  readonly arms: readonly Flow[]
  /** What is tested, as far as rules ask for it. */
  readonly test: Test
}

export interface Test {
  /** Where the test asks whether this record was processed before: who remembers. */
  readonly dedupe: 'durable' | 'in-memory' | undefined
  /** The look-up itself. */
  readonly lookupAt: Place | undefined
  /** The arm that runs for a record seen before. */
  readonly repeatArm: 0 | 1 | undefined
  readonly source: string
  /** The look-up notes the record as well: `SET NX`. */
  readonly claimAt?: Place | undefined
  readonly asked?: Asked | undefined
}

/** What a look-up of processed records goes to. */
export interface Asked {
  readonly table?: string
  readonly receiver?: string
  /** As written. */
  readonly argument?: string
}

export interface Loop {
  readonly kind: 'loop'
  readonly at: Place
  readonly body: Flow
  /** `records`: over the batch's records. `endless`: `while (true)`. `retry`: counts attempts. */
  readonly over: 'records' | 'endless' | 'retry' | 'values'
  /** A heartbeat in it, where the handler can send one. */
  readonly heartbeatFixes?: readonly FixSketch[]
}

export interface Try {
  readonly kind: 'try'
  readonly at: Place
  readonly block: Flow
  readonly handler: Flow | undefined
  /** The `catch` keyword or the `.catch` name. */
  readonly handlerAt: Place | undefined
  /** `catch (e)` of a statement; `.catch(f)` of a promise whose result is dropped or used; `allSettled` whose results nobody reads; the function that an output calls back. */
  readonly form: 'statement' | 'promise-dropped' | 'promise-used' | 'all-settled' | 'callback'
  /** The handler stores something in a variable from outside: the error may be acted on later. */
  readonly defersError: boolean
  /** What the block reads or calls is put into a variable from outside, so its absence can be seen after. */
  readonly storesResult: boolean
  /** The caught error's name, for a fix that throws it again. */
  readonly errorName: string | undefined
  /** Inside the handler, at its end: where a fix may add a statement. */
  readonly handlerEnd: Place | undefined
  readonly cleanup: Flow | undefined
  readonly cleanupAt: Place | undefined
  readonly fixes: readonly FixSketch[]
}

/** Awaited together; the order among arms is open. */
export interface Parallel {
  readonly kind: 'parallel'
  readonly at: Place
  readonly arms: readonly Flow[]
}

/** Started, and not waited for. */
export interface Detached {
  readonly kind: 'detached'
  readonly at: Place
  readonly how:
    | 'floating'
    | 'void'
    | 'for-each'
    | 'then-catch'
    | 'queue'
    | 'timer'
    | 'emitter'
    | 'callback'
    /** Node's old way: `(error, result) => …`. */
    | 'called-back'
    | 'observable'
    | 'promise-constructor'
    | 'race'
  readonly flow: Flow
  readonly name: string
  readonly fixes: readonly FixSketch[]
}

export type Event = Output | Commit | Seek | Signal | Exit | OpaqueCall | Pending

interface EventBase {
  readonly at: Place
  /** Calls from the handler down to the event, outermost first. */
  readonly calls: readonly Place[]
}

export type OutputKind =
  | 'database'
  | 'document'
  | 'cache'
  | 'http'
  | 'produce'
  | 'queue'
  | 'mail'
  | 'push'
  | 'file'
  | 'store'
  | 'custom'

/** A write to the world outside. */
export interface Output extends EventBase {
  readonly kind: 'output'
  readonly output: OutputKind
  /** As named in messages: `INSERT INTO totals`, `producer.send`. */
  readonly name: string
  readonly target: string | undefined
  readonly idempotency: Idempotency
  /** Runs inside a transaction that also holds the offsets. */
  readonly inTransaction: boolean
  /** The same for outputs of one transaction of their database. */
  readonly databaseTransaction?: string | undefined
  /** Values that differ on every run and end up in the output's id or key. */
  readonly freshKeys: readonly FreshValue[]
  readonly fixes: readonly FixSketch[]
  /** How sure it is that this is an output at all. */
  readonly isCertain: boolean
  /** What comes back is used for what follows: it may only ask. */
  readonly isAnswered?: boolean
  /** Its promise is kept, to be awaited with others. */
  readonly isCollected?: boolean
  /** A dead-letter target by its topic or name. */
  readonly isDeadLetter: boolean
}

export interface Idempotency {
  /** `repeatable`: running it twice leaves what running it once leaves. `unknown`: cannot be told. */
  readonly verdict: 'repeatable' | 'not-repeatable' | 'unknown'
  /** Why, in words that fit into a message: `no ON CONFLICT clause`. */
  readonly reason: string
  readonly evidence: readonly { readonly at: Place; readonly message: string }[]
  /** It would be repeatable, but the key by which it finds what is there is one of `freshKeys`. */
  readonly isByFreshKey?: boolean
  /** By failing: a unique key is there already. */
  readonly refuses?: boolean
  /** The property that is sent along, by which the other side tells a repeat. */
  readonly carries?: string
}

/** `Date.now()`, `Math.random()`, a new UUID. */
export interface FreshValue {
  readonly at: Place
  readonly source: string
  /** Where it ends: `id`, `key`. */
  readonly into: string
  /** Only where the record gives none: `order.id ?? randomUUID()`. */
  readonly isDefault?: boolean
  readonly fixes: readonly FixSketch[]
}

/** An offset recorded as done: commit to Kafka or a store, `resolveOffset`, `storeOffset`, `sendOffsets`. */
export interface Commit extends EventBase {
  readonly kind: 'commit'
  /** `flush`: commits what was resolved, nothing of its own. */
  readonly commit: 'commit' | 'resolve' | 'store' | 'send-offsets' | 'flush'
  readonly name: string
  /** Behind the call. */
  readonly end?: Place
  /** `false`: it returns a promise that is dropped. */
  readonly isAwaited?: boolean
  /** How the committed position is made from a record's offset. */
  readonly offset: CommittedPosition
  /** Told to an object that counts which records are done, and commits up to the first that is not. */
  readonly isTracked?: boolean
  /** Set where the position was read from one group of the batch's records. */
  readonly group?: GroupPosition | undefined
  /** `.then`/callback style where nobody waits. */
  readonly fixes: readonly FixSketch[]
}

export interface CommittedPosition {
  readonly at: Place
  /** `as-is`: the record's own offset. `plus-one`: right. `text-plus-one`: `'41' + 1`. */
  readonly form: 'as-is' | 'plus-one' | 'text-plus-one' | 'none' | 'unknown'
  readonly source: string
  readonly fixes: readonly FixSketch[]
}

/** A batch's records dealt into groups, or put into an order, by something other than where they stand in the log. */
export interface Regrouping {
  readonly at: Place
  readonly how: 'grouped' | 'sorted' | 'picked'
  /** What they are grouped, sorted or picked by, as written. */
  readonly key: string
}

export interface GroupPosition {
  readonly at: Place
  readonly source: string
  readonly what: 'offset' | 'partition'
  readonly regrouping: Regrouping
  /** The loop over the groups, counted from the commit outwards: 1 is the innermost loop around it. */
  readonly loops: number
  readonly fixes: readonly FixSketch[]
}

export interface Seek extends EventBase {
  readonly kind: 'seek'
}

/** Calls that matter for liveness and retry, not for data. */
export interface Signal extends EventBase {
  readonly kind: 'signal'
  readonly signal:
    | 'heartbeat'
    | 'pause'
    | 'resume'
    | 'stop'
    | 'stop-detached'
    | 'begin'
    | 'commit-transaction'
    | 'abort'
    | 'abort-out-of-scope'
    | 'delay'
    | 'process-exit'
    | 'told'
    | 'log'
    | 'parse'
    | 'log-only'
  readonly name: string
  readonly isWaitedFor: boolean
  readonly fixes: readonly FixSketch[]
  /** Where a transaction is begun. */
  readonly transactionFixes?: TransactionFixes | undefined
}

/** What may be missing of a transaction, and how to add it. */
export interface TransactionFixes {
  readonly offsets: readonly FixSketch[]
  readonly abort: readonly FixSketch[]
}

export interface Exit extends EventBase {
  readonly kind: 'exit'
  readonly exit: 'throw' | 'return' | 'break' | 'continue'
  /** `return value`: a reply, where somebody reads it. */
  readonly hasValue: boolean
}

/** A call that could not be followed: it may write, and it may fail. */
export interface OpaqueCall extends EventBase {
  readonly kind: 'call'
  readonly name: string
  readonly isAwaited: boolean
  /** Whether something of the record is handed over. */
  readonly takesRecord: boolean
  /** `callback`: a function given by the caller, as in a wrapper library. `external`: a package we do not know. */
  readonly what: 'callback' | 'project' | 'external'
  /** Handed to the listeners of an emitter: work only where nothing else is done for the record. */
  readonly isEmitted?: boolean
  /** Where it is one of several implementations, and nothing in sight says which: all of them. */
  readonly among?: readonly { readonly at: Place; readonly name: string }[]
  /** What becomes of its result: `floating` where it is dropped. */
  readonly use?: 'awaited' | 'consumed' | 'returned' | 'stored' | 'value' | 'floating' | 'void'
}

/** Work that is begun here and ends elsewhere: its promise is kept under a name, or its record in a list. */
export interface Pending extends EventBase {
  readonly kind: 'pending'
  readonly is: 'begun' | 'ended'
  /** The same for what is begun and for its end: the name or list that holds it. */
  readonly holder: string
  readonly work: Output | OpaqueCall
  /** The list that outlives the handler, as written, where it holds the record and no promise. */
  readonly list?: string
  /** Of lists under keys that records hold, one was written out: records of other keys may wait still. */
  readonly isOfOneKey?: boolean
}
