import { moveProblem, type Position } from '../../phases.ts'
import type { Rule } from '../rule.ts'

const legalMove: Rule = {
  name: 'legal-phase-move',
  level: 'mandatory',
  lesson:
    'A phase builds on what the runbook of the one before has proved; one left out is a cutover without replication.',
  mend: 'Move one phase at a time. The runbooks of cutover and decommission come before their `up`, the others after it.',
  check: (_resources, { from, to, disposable }) => {
    if (!from || !to) return []
    const problem = moveProblem(from === 'none' ? undefined : (from as Position), to, { disposable })
    return problem ? [{ says: problem }] : []
  },
}

export const phaseRules: Rule[] = [legalMove]
