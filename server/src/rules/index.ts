/** Every rule, in the order in which reports list them. Generated from the files beside it: `npm run generate`. */
import { autoCommitBeforeOutput } from './auto-commit-before-output.ts'
import { batchAutoresolveEarlyExit } from './batch-autoresolve-early-exit.ts'
import { commitBeforeOutput } from './commit-before-output.ts'
import { commitOffsetNotPlusOne } from './commit-offset-not-plus-one.ts'
import { dataLossResetPolicy } from './data-loss-reset-policy.ts'
import { guaranteeNotKept } from './guarantee-not-kept.ts'
import { heartbeatMissingInLongBatch } from './heartbeat-missing-in-long-batch.ts'
import { missingTransactionOffsets } from './missing-transaction-offsets.ts'
import { noGracefulStop } from './no-graceful-stop.ts'
import { nonIdempotentOutput } from './non-idempotent-output.ts'
import { nondeterministicKey } from './nondeterministic-key.ts'
import { offsetAfterShuffle } from './offset-after-shuffle.ts'
import { readUncommittedInput } from './read-uncommitted-input.ts'
import type { Rule } from './rule.ts'
import { sharedGroupId } from './shared-group-id.ts'
import { stopAwaitedInHandler } from './stop-awaited-in-handler.ts'
import { swallowedError } from './swallowed-error.ts'
import { transactionalIdUnsafe } from './transactional-id-unsafe.ts'
import { unawaitedOutput } from './unawaited-output.ts'

export const rules: readonly Rule[] = [
  autoCommitBeforeOutput,
  batchAutoresolveEarlyExit,
  commitBeforeOutput,
  commitOffsetNotPlusOne,
  dataLossResetPolicy,
  guaranteeNotKept,
  heartbeatMissingInLongBatch,
  missingTransactionOffsets,
  noGracefulStop,
  nonIdempotentOutput,
  nondeterministicKey,
  offsetAfterShuffle,
  readUncommittedInput,
  sharedGroupId,
  stopAwaitedInHandler,
  swallowedError,
  transactionalIdUnsafe,
  unawaitedOutput,
]
