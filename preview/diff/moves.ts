import { meanings, moveProblem, type Phase } from '../../phases.ts'
import type { Side } from './side.ts'

export interface Position {
  phase: Phase
  weight: number
}

/** A move of a stack, in words; undefined when it stays where it is. */
export function moveWords(from: Position, to: Position): string | undefined {
  if (from.phase === to.phase && from.weight === to.weight) return undefined
  if (from.phase === to.phase) {
    const way = to.weight > from.weight ? 'more' : 'fewer'
    return `weight ${from.weight} → ${to.weight}: ${way} requests go to the cloud; \`up\` alone changes the listener`
  }
  const { adds, requestsGoTo, systemOfRecord, runbook } = meanings[to.phase]
  const weight = from.weight === to.weight ? '' : `, weight ${from.weight} → ${to.weight}`
  return (
    `phase ${from.phase} → ${to.phase}${weight}: adds ${adds}; then requests go to ${requestsGoTo}, ` +
    `the system of record is ${systemOfRecord}. After \`up\`, follow runbooks/${runbook}`
  )
}

/** Weights that shift-traffic.md knows, in order. */
const steps = [0, 1, 5, 25, 50, 100]

/** A weight that goes up by more than one step takes a risk that nobody has measured. */
export function leapWords(from: Position, to: Position): string | undefined {
  const at = (weight: number) => steps.findLastIndex((step) => step <= weight)
  if (to.weight <= from.weight || at(to.weight) - at(from.weight) <= 1) return undefined
  const skipped = steps.slice(at(from.weight) + 1, at(to.weight)).join(', ')
  return `weight ${from.weight} → ${to.weight} leaves out ${skipped}`
}

/** Why the move is illegal; undefined when it is not. */
export const illegalMove = (
  from: Position & Pick<Side, 'removal'>,
  to: Position & Pick<Side, 'removal' | 'disposable'>,
): string | undefined => moveProblem(from, to, to)
