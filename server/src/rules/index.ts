/** Every rule, in the order in which reports list them. Generated from the files beside it: `npm run generate`. */
import type { Rule } from './rule.ts'

export const rules: readonly Rule[] = []
