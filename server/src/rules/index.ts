/** Every rule, in the order in which reports list them. */
import { nonIdempotentOutput } from './non-idempotent-output.ts'
import { offsetAfterShuffle } from './offset-after-shuffle.ts'
import type { Rule } from './rule.ts'

export const rules: readonly Rule[] = [offsetAfterShuffle, nonIdempotentOutput]
