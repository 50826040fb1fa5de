/** Every rule, in the order in which reports list them. */
import type { Rule } from './rule.ts'

export const rules: readonly Rule[] = []
