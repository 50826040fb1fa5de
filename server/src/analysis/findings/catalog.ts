/** Every rule a report, a setting or a suppression may name. */
import { rules } from '../../rules/index.ts'
import type { RuleInfo } from '../report/report.ts'
import { suppressionRules } from './suppressions.ts'

export const catalog: readonly RuleInfo[] = [...rules.map(({ meta }) => meta), ...suppressionRules]

export const ruleIds: readonly string[] = catalog.map(({ id }) => id)
