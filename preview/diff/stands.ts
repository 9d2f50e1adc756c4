import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type Phase, reaches } from '../../phases.ts'
import type { Attempts } from './analyse.ts'
import type { Position } from './moves.ts'
import type { Attempt, Stand } from './side.ts'

/** The phase in which everything of the lift exists; a change of what a stack has not yet shows there. */
export const furthest = { phase: 'cutover', weight: 100 } as const satisfies Partial<Position>

/** What is to be recorded of one side of one stack. */
export interface Ask {
  what: 'now' | 'there' | 'ahead'
  stand: Stand
}

/** Phase, weight and removal in a stack's file; undefined where there is no such file. Nothing is checked here. */
export async function positionIn(folder: string, stack: string): Promise<Position | undefined> {
  try {
    const text = await readFile(join(folder, `Pulumi.${stack}.yaml`), 'utf8')
    const config = (parse(text) as { config?: Record<string, unknown> } | null)?.config
    const [phase, weight, removal] = ['phase', 'weight', 'removal'].map(
      (key) => config?.[`payments-lift:${key}`],
    )
    return {
      phase: String(phase) as Phase,
      weight: Number(weight ?? 0),
      removal: removal === 'remove' ? 'remove' : 'unprotect',
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const isAhead = (position: Position | undefined) =>
  position === undefined || reaches(position.phase, furthest.phase)

const aheadStand = (stack: string): Stand => ({
  stack,
  ...furthest,
  fromPhase: furthest.phase,
  fromWeight: furthest.weight,
})

/** The base stands where its settings say; nothing is asked of a stack that it does not have. */
export const baseAsks = (stack: string, from: Position | undefined): Ask[] =>
  from === undefined
    ? []
    : [
        { what: 'now', stand: { stack } },
        ...(isAhead(from) ? [] : [{ what: 'ahead' as const, stand: aheadStand(stack) }]),
      ]

/**
 * The head moves on from where the base stands, a new stack from nothing; and, should that be refused, as if it stood
 * there already.
 */
export const headAsks = (stack: string, from: Position | undefined, to: Position | undefined): Ask[] => {
  if (to === undefined) return []
  const removal = to.phase === 'decommission' && from?.removal !== to.removal
  const moves = from?.phase !== to.phase || from.weight !== to.weight || removal
  const start = from
    ? { fromPhase: from.phase, fromWeight: from.weight, fromRemoval: from.removal }
    : { fromPhase: 'none' as const }
  return [
    { what: 'now', stand: { stack, ...(moves && start) } },
    ...(moves ? [{ what: 'there' as const, stand: { stack } }] : []),
    ...(isAhead(from) ? [] : [{ what: 'ahead' as const, stand: aheadStand(stack) }]),
  ]
}

export type Answers = Partial<Record<Ask['what'], Attempt>>

/** The answers of both sides as one comparison wants them. */
export const attemptsOf = (base: Answers, head: Answers): Attempts => ({
  base: base.now,
  head: head.now,
  headThere: head.there,
  ...(base.ahead && head.ahead && { ahead: { phase: furthest.phase, base: base.ahead, head: head.ahead } }),
})
