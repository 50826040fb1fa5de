/** What a debugged pipeline can be asked for, and why not for the rest. A leaf, spoken in the hello of the control link. */

/** Everything a debugger may offer beside stepping by batch and phase, continue, pause and stop, which every pipeline offers. */
export const capabilityNames = [
  'stepPartition',
  'runToOffset',
  'runToTime',
  'runToMatch',
  'runToThrow',
  'stepIntoHandler',
  'outputs',
  'replayRolledBack',
  'replayRecorded',
  'replayWritten',
  'killBeforeSave',
  'killBetweenSaveAndCommit',
  'killAfterCommit',
  'freeze',
  'loseCommitReply',
  'cutConnection',
  'secondInstance',
  'brokerRestart',
  'retention',
] as const
export type CapabilityName = (typeof capabilityNames)[number]

/**
 * Why something is not offered, or what to know before it is used. English, for terminals and logs; an editor says the same in the
 * reader's language, by the id.
 */
export const capabilityReasons = {
  onePartitionBatches: 'A batch of this pipeline holds one partition only: step by batch.',
  wholeBatchHandler: 'The handler takes the whole batch: the stop is before the batch that holds the record.',
  batchIsCut: 'The batch is cut there, and its parts commit apart.',
  handlerUnknown: 'The place of the handler could not be found in the source.',
  outputsPartlySeen:
    'Seen are writes through the tx handle, node:sqlite and pg while the handler runs; others are not.',
  plainOutputsSeen:
    'Seen are writes through kafkajs producers, node:sqlite and pg while the handler runs; others are not.',
  nothingToRollBack: 'This pipeline has no transaction of its own that could be rolled back.',
  rollsBackInstead: 'This pipeline can roll a replay back, so it never has to write one.',
  otherOutputsStay:
    'Rolled back is what was written through the tx handle; whatever else the handler does is done again.',
  abortedRecordsStay: 'Aborted records take offsets in the output topics; readers with read_committed never see them.',
  unseenOutputsWritten: 'Outputs that are not seen are written again: everything but tx, node:sqlite and pg.',
  plainOutputsWritten:
    'Outputs that are not seen are written again: everything but kafkajs producers, node:sqlite and pg.',
  writesAgain: 'Everything the handler writes is written again, for good.',
  recordsUnreachable: 'The records of earlier batches cannot be fetched again with this kafkajs version.',
  noGroupMember: 'The client cannot have this member removed from its group.',
  noSecondProcess: 'The command line of this process is not known, so a second one cannot be started.',
  byTheEditor: 'Done by whoever started the local Kafka; only offered on a Kafka that Tidemark started.',
  otherCluster: 'This pipeline uses another cluster than the local Kafka that Tidemark started.',
  deletesRecords: 'The records are deleted from the topic for good, for every reader.',
  cannotDeleteRecords: 'The client cannot delete records.',
  replyNotSeen: 'The commit of this store has no reply that could be lost on its way.',
} as const
export type CapabilityReason = keyof typeof capabilityReasons

export type Offer =
  | { readonly isOffered: true /** What a person should know before. */; readonly caution?: CapabilityReason }
  | { readonly isOffered: false; readonly reason: CapabilityReason }
export type Capabilities = Readonly<Record<CapabilityName, Offer>>

/** `undefined`: the local Kafka can be restarted, and it is the one that the pipeline uses. */
export function whyNoRestart(
  local: readonly string[],
  brokers: readonly string[] | undefined,
): CapabilityReason | undefined {
  if (local.length === 0) return 'byTheEditor'
  return brokers && isSameCluster(local, brokers) ? undefined : 'otherCluster'
}

/** Whether two lists of `host:port` have a broker in common. */
export function isSameCluster(brokers: readonly string[], others: readonly string[]): boolean {
  const known = new Set(brokers.map(withoutName))
  return others.some(broker => known.has(withoutName(broker)))
}

/** This machine is reached by the loopback address, whichever of its names the broker advertises. */
function withoutName(broker: string): string {
  return broker.toLowerCase().replace(/^(localhost|\[?::1\]?)(?=:\d+$)/, '127.0.0.1')
}
