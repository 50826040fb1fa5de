/** Calls that move offsets or steer the consumer, one row a call. */
import type { Commit, Signal } from '../model.ts'

export interface CommitRow {
  readonly kind: 'commit'
  readonly commit: Commit['commit']
  /** Where the offset stands in the arguments; `none`: the call adds one itself or takes no offset. */
  readonly offsetAt: 'list' | 'topics' | 'object' | 'none'
}

export interface SignalRow {
  readonly kind: 'signal'
  readonly signal: Signal['signal']
}

export type CallRow = CommitRow | SignalRow | { readonly kind: 'seek' }

const commit = (how: Commit['commit'], offsetAt: CommitRow['offsetAt']): CommitRow => ({
  kind: 'commit',
  commit: how,
  offsetAt,
})
const signal = (name: Signal['signal']): SignalRow => ({ kind: 'signal', signal: name })

export const callRows: Readonly<Record<string, CallRow>> = {
  ...kafkajsCalls('kafkajs'),
  ...kafkajsCalls('@confluentinc/kafka-javascript'),
  ...rdkafkaCalls('node-rdkafka'),
  ...rdkafkaCalls('@confluentinc/kafka-javascript'),
  '@platformatic/kafka:Message#.commit()': commit('commit', 'none'),
  '@platformatic/kafka:Consumer#.commit()': commit('commit', 'topics'),
  '@platformatic/kafka:Consumer#.close()': signal('stop'),
  '@platformatic/kafka:MessagesStream#.close()': signal('stop'),
  '@tidemark/runtime:Processor#.stop()': signal('stop'),
  'global:process.exit()': signal('process-exit'),
  'timers/promises:setTimeout()': signal('delay'),
}

function kafkajsCalls(library: string): Record<string, CallRow> {
  const payload = [`${library}:EachBatchPayload#`, `${library}:EachMessagePayload#`]
  return {
    [`${library}:Consumer#.commitOffsets()`]: commit('commit', 'list'),
    [`${library}:Consumer#.storeOffsets()`]: commit('store', 'list'),
    [`${library}:Consumer#.seek()`]: { kind: 'seek' },
    [`${library}:Consumer#.pause()`]: signal('pause'),
    [`${library}:Consumer#.resume()`]: signal('resume'),
    [`${library}:Consumer#.stop()`]: signal('stop'),
    [`${library}:Consumer#.disconnect()`]: signal('stop'),
    [`${library}:EachBatchPayload#.resolveOffset()`]: commit('resolve', 'none'),
    [`${library}:EachBatchPayload#.commitOffsetsIfNecessary()`]: commit('commit', 'topics'),
    [`${library}:Transaction#.sendOffsets()`]: commit('send-offsets', 'topics'),
    [`${library}:Transaction#.commit()`]: signal('commit-transaction'),
    [`${library}:Transaction#.abort()`]: signal('abort'),
    [`${library}:Producer#.transaction()`]: signal('begin'),
    ...Object.fromEntries(
      payload.flatMap(type => [
        [`${type}.heartbeat()`, signal('heartbeat')],
        [`${type}.pause()`, signal('pause')],
      ]),
    ),
  }
}

function rdkafkaCalls(library: string): Record<string, CallRow> {
  const type = `${library}:KafkaConsumer#`
  return {
    [`${type}.commit()`]: commit('commit', 'object'),
    [`${type}.commitSync()`]: commit('commit', 'object'),
    [`${type}.commitMessage()`]: commit('commit', 'none'),
    [`${type}.commitMessageSync()`]: commit('commit', 'none'),
    [`${type}.offsetsStore()`]: commit('store', 'list'),
    [`${type}.seek()`]: { kind: 'seek' },
    [`${type}.pause()`]: signal('pause'),
    [`${type}.resume()`]: signal('resume'),
    [`${type}.disconnect()`]: signal('stop'),
    ...transactionCalls(`${library}:RdProducer#`),
    ...transactionCalls(`${library}:Producer#`),
  }
}

/** One transaction at a time, told to the producer itself; each call takes a callback. */
function transactionCalls(type: string): Record<string, CallRow> {
  return {
    [`${type}.beginTransaction()`]: signal('begin'),
    [`${type}.sendOffsetsToTransaction()`]: commit('send-offsets', 'list'),
    [`${type}.commitTransaction()`]: signal('commit-transaction'),
    [`${type}.abortTransaction()`]: signal('abort'),
  }
}
