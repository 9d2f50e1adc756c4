import type { Rule } from './rule.ts'
import { accessRules } from './rules/access.ts'
import { bucketRules } from './rules/buckets.ts'
import { costRules } from './rules/costs.ts'
import { dataRules } from './rules/data.ts'
import { functionRules } from './rules/functions.ts'
import { logRules } from './rules/logs.ts'
import { networkRules } from './rules/network.ts'
import { phaseRules } from './rules/phases.ts'
import { weightRules } from './rules/weights.ts'

/** Every rule, in the order in which a reader should meet them. */
export const rules: readonly Rule[] = [
  ...phaseRules,
  ...weightRules,
  ...dataRules,
  ...networkRules,
  ...accessRules,
  ...functionRules,
  ...bucketRules,
  ...logRules,
  ...costRules,
]
