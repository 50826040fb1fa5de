/** What a pipeline can be asked for, from what it is made of. */
import type { GuaranteeName } from '../guarantees/guarantee.ts'
import type { Capabilities, CapabilityReason, Offer } from '../protocol.ts'

export interface PipelineParts {
  readonly guarantee: GuaranteeName
  readonly isPerPartition: boolean
  readonly isHandlerFound: boolean
  readonly canDeleteRecords: boolean
  readonly canStartSecond: boolean
}

const yes: Offer = { isOffered: true }

export function offersOf({
  guarantee,
  isPerPartition,
  isHandlerFound,
  canDeleteRecords,
  canStartSecond,
}: PipelineParts): Capabilities {
  const isInStore = guarantee === 'transactional exactly-once'
  const isInKafka = guarantee === 'transactional exactly-once in Kafka'
  const kill: Offer = yes
  return {
    stepPartition: isPerPartition ? no('onePartitionBatches') : but('batchIsCut'),
    runToOffset: but('batchIsCut'),
    runToTime: but('batchIsCut'),
    runToMatch: but('batchIsCut'),
    runToThrow: yes,
    stepIntoHandler: isHandlerFound ? yes : no('handlerUnknown'),
    outputs: but('outputsPartlySeen'),
    replayRolledBack: isInStore
      ? but('otherOutputsStay')
      : isInKafka
        ? but('abortedRecordsStay')
        : no('nothingToRollBack'),
    replayRecorded: isInStore ? no('rollsBackInstead') : but('unseenOutputsWritten'),
    replayWritten: isInStore || isInKafka ? no('rollsBackInstead') : but('writesAgain'),
    killBeforeSave: kill,
    killBetweenSaveAndCommit: kill,
    killAfterCommit: kill,
    freeze: canStartSecond ? yes : no('noSecondProcess'),
    loseCommitReply: yes,
    cutConnection: yes,
    secondInstance: canStartSecond ? yes : no('noSecondProcess'),
    brokerRestart: but('byTheEditor'),
    retention: canDeleteRecords ? but('deletesRecords') : no('cannotDeleteRecords'),
  }
}

export function no(reason: CapabilityReason): Offer {
  return { isOffered: false, reason }
}

export function but(caution: CapabilityReason): Offer {
  return { isOffered: true, caution }
}
