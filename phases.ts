/** The stages of the lift, in order. */
export const phases = ['foundation', 'replicate', 'canary', 'cutover', 'decommission'] as const
export type Phase = (typeof phases)[number]

/**
 * The two `up`s of `decommission` on a stack that is not disposable, both after its runbook: take protection away, then
 * remove.
 */
export type Removal = 'unprotect' | 'remove'

/** Where a stack stands, or where its settings want it to be. */
export interface Position {
  phase: Phase
  /** Percent of requests that go to the cloud, 0 to 100. */
  weight: number
  /** Of meaning in `decommission` only. */
  removal: Removal
}

export interface Meaning {
  adds: string
  requestsGoTo: string
  systemOfRecord: string
  /** It follows the `up` of foundation, replicate and canary, and comes before that of cutover and decommission. */
  runbook: string
}

export const meanings: Record<Phase, Meaning> = {
  foundation: {
    adds: 'network and link to on-premises, front door, log pipeline, billing alerts',
    requestsGoTo: 'on-premises',
    systemOfRecord: 'on-premises',
    runbook: 'foundation.md',
  },
  replicate: {
    adds: 'database, poolers, route store, runner and watchdog, port 5432 in both directions',
    requestsGoTo: 'on-premises',
    systemOfRecord: 'on-premises',
    runbook: 'replicate.md',
  },
  canary: {
    adds: 'services and functions; requests move by weight',
    requestsGoTo: 'both, by weight',
    systemOfRecord: 'on-premises',
    runbook: 'shift-traffic.md',
  },
  cutover: {
    adds: 'alarms on the way back',
    requestsGoTo: 'cloud',
    systemOfRecord: 'AWS',
    runbook: 'cutover.md',
  },
  decommission: {
    adds: 'nothing; removes the link, the on-premises target group and reverse replication',
    requestsGoTo: 'cloud',
    systemOfRecord: 'AWS, alone',
    runbook: 'decommission.md',
  },
}

/** Is `phase` at or after `first`? */
export const reaches = (phase: Phase, first: Phase): boolean => phases.indexOf(phase) >= phases.indexOf(first)

/** The weights a phase allows, lowest and highest. */
export function weightsOf(phase: Phase): { least: number; most: number } {
  if (phase === 'canary') return { least: 0, most: 100 }
  return reaches(phase, 'cutover') ? { least: 100, most: 100 } : { least: 0, most: 0 }
}

interface Move {
  to: Phase
  /** What must hold besides, in words; nothing when the move is always legal. */
  when?: { words: string; holds: (from: Position, to: Position) => boolean }
}

const at100 = {
  words: 'both at weight 100, because on-premises writers do not pass the write gate',
  holds: (from: Position, to: Position) => from.weight === 100 && to.weight === 100,
}

const moves: Record<Phase, Move[]> = {
  foundation: [{ to: 'foundation' }, { to: 'replicate' }],
  replicate: [
    { to: 'replicate' },
    {
      to: 'canary',
      when: {
        words: 'at weight 0, because no cloud service has answered yet',
        holds: (_from, to) => to.weight === 0,
      },
    },
  ],
  canary: [{ to: 'canary' }, { to: 'cutover', when: at100 }],
  cutover: [{ to: 'cutover' }, { to: 'canary', when: at100 }, { to: 'decommission' }],
  decommission: [{ to: 'decommission' }],
}

export interface MoveOptions {
  /** A disposable stack may remove in the first `up` of `decommission`. */
  disposable: boolean
}

/**
 * Why a stack may not move from where it stands to where its settings want it, or undefined when it may.
 * A stack that was never deployed (`from` undefined) starts with `foundation`.
 */
export function moveProblem(
  from: Position | undefined,
  to: Position,
  { disposable }: MoveOptions,
): string | undefined {
  if (!from) {
    if (to.phase === 'foundation') return undefined
    return `A stack that was never deployed cannot start with phase ${to.phase}. Legal: foundation. Set payments-lift:phase to foundation.`
  }
  const legal = moves[from.phase]
  const move = legal.find((candidate) => candidate.to === to.phase)
  if (!move || (move.when && !move.when.holds(from, to))) {
    const named = legal.map(({ to: phase, when }) => (when ? `${phase} (${when.words})` : phase)).join(', ')
    return `The stack is in phase ${from.phase} at weight ${from.weight} and cannot move to ${to.phase} at weight ${to.weight}. Legal: ${named}.`
  }
  if (to.phase !== 'decommission') return undefined
  if (from.phase === 'decommission')
    // `unprotect` is what a missing line means: it would make the link anew that nobody routes to any more.
    return from.removal === 'remove' && to.removal === 'unprotect'
      ? 'The stack is in phase decommission with removal remove and cannot move to removal unprotect: what is removed stays so. ' +
          'Legal: decommission with removal remove. Set payments-lift:removal to remove.'
      : undefined
  if (to.removal !== 'remove' || disposable) return undefined
  return (
    'decommission takes two ups on this stack: the first unprotects what will go, the second removes it. ' +
    'Set payments-lift:removal to unprotect, run up, then set it to remove.'
  )
}
