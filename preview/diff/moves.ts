import { meanings, moveProblem, type Position } from '../../phases.ts'

export type { Position }

/** A move of a stack, in words; undefined when it stays where it is. */
export function moveWords(from: Position, to: Position): string | undefined {
  if (removes(from, to))
    return `removal ${from.removal} → ${to.removal}: the link, the on-premises target group and the ways of replication go; nothing leads back to on-premises`
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

/** The second `up` of `decommission`. */
const removes = (from: Position, to: Position): boolean =>
  from.phase === 'decommission' &&
  to.phase === 'decommission' &&
  from.removal === 'unprotect' &&
  to.removal === 'remove'

type Stack = Position & { disposable: boolean }

/** May all of a stack be destroyed? Only when that held before the change, too: a change cannot allow itself. */
export const isDisposable = (from: { disposable: boolean }, to: { disposable: boolean }): boolean =>
  from.disposable && to.disposable

/** Why the move is illegal; undefined when it is not. */
export const illegalMove = (from: Stack, to: Stack): string | undefined =>
  moveProblem(from, to, { disposable: isDisposable(from, to) })
