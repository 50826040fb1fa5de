import type { Capabilities } from '../../protocol.ts'
import { but, no } from '../offers.ts'

export interface PlainParts {
  readonly isEachMessage: boolean
  readonly isHandlerFound: boolean
  readonly canRefetch: boolean
  readonly canStartSecond: boolean
}

/** What plain kafkajs code can be asked for. Its handler writes where it likes, and kafkajs commits for it. */
export function plainOffers({ isEachMessage, isHandlerFound, canRefetch, canStartSecond }: PlainParts): Capabilities {
  const runTo = isEachMessage ? ({ isOffered: true } as const) : but('wholeBatchHandler')
  const yes = { isOffered: true } as const
  return {
    stepPartition: no('onePartitionBatches'),
    runToOffset: runTo,
    runToTime: runTo,
    runToMatch: runTo,
    runToThrow: yes,
    stepIntoHandler: isHandlerFound ? yes : no('handlerUnknown'),
    outputs: but('plainOutputsSeen'),
    replayRolledBack: no('nothingToRollBack'),
    replayRecorded: canRefetch ? but('plainOutputsWritten') : no('recordsUnreachable'),
    replayWritten: canRefetch ? but('writesAgain') : no('recordsUnreachable'),
    killBeforeSave: yes,
    killBetweenSaveAndCommit: yes,
    killAfterCommit: yes,
    freeze: canStartSecond ? yes : no('noSecondProcess'),
    loseCommitReply: yes,
    cutConnection: yes,
    secondInstance: canStartSecond ? yes : no('noSecondProcess'),
    brokerRestart: but('byTheEditor'),
    retention: canRefetch ? but('deletesRecords') : no('cannotDeleteRecords'),
  }
}
