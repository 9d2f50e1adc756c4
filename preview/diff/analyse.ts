import { moveProblem } from '../../phases.ts'
import { type Broken, type Judgement, judge } from '../../policy/check.ts'
import type { Facts } from '../../policy/rule.ts'
import type { Prices } from '../../prices/list.ts'
import { type Comparison, compare } from './compare.ts'
import { type CostDelta, costDelta } from './cost.ts'
import { illegalMove, isDisposable, moveWords, type Position } from './moves.ts'
import { type ReachDelta, reachDelta } from './reach.ts'
import { type RolesDelta, rolesDelta } from './roles.ts'
import { type Attempt, type Side, unknownsOf } from './side.ts'

/** What a change does to one stack, at one stand of it. */
export interface Consequences extends Comparison {
  accountId: string
  roles: RolesDelta
  reach: ReachDelta
  costs: CostDelta
  /** Guardrails that break and did not before, and those that were broken already. */
  broken: Broken[]
  brokenBefore: Broken[]
  waived: number
  /** Values that nobody knows before `up`. */
  unknown: number
}

export interface StackReport {
  stack: string
  /** On both sides; on the only one when the stack comes or goes. */
  disposable: boolean
  turnsDisposable?: boolean
  /** The stack has a file on one side only: all of it is created, or all of it is no longer described. */
  existence?: 'new' | 'gone' | undefined
  from: Position | undefined
  to: Position | undefined
  /** The program's own words why it would not run, on either side. */
  refused?: { side: 'base' | 'head'; says: string }
  /** The move of phase or weight, in words. */
  move?: string | undefined
  illegal?: string | undefined
  now?: Consequences
  /** The same in a phase to come; only what does not show now. */
  ahead?: { phase: string; consequences?: Consequences; refused?: string } | undefined
}

/** Where the program's files are, and what the rules ask for besides. */
export type World = Pick<Facts, 'exists' | 'bundleBytes' | 'handlerFaults'>

export interface Tools {
  prices: Prices
  /** Of each side. */
  worlds: { base: World; head: World }
  today: Date
}

const judged = (
  side: Side,
  world: World,
  today: Date,
  { disposable, from }: Pick<Facts, 'disposable' | 'from'> = side,
): Judgement => judge(side.resources, { ...side, ...world, to: side, from, disposable }, { today })

/** A stack that is not there. */
const nothingOf = (side: Side): Side => ({ ...side, resources: [], reasons: {} })

const keyOf = ({ rule, name, says }: Broken) => `${rule.name} ${name} ${says}`

/** What changes between two sides of one stack. */
export function consequences(
  base: Side,
  head: Side,
  { prices, worlds, today }: Tools,
  from: Facts['from'] = base,
): Consequences {
  const old = new Set(judged(base, worlds.base, today).broken.map(keyOf))
  const { broken, waived } = judged(head, worlds.head, today, {
    from,
    disposable: isDisposable(base, head),
  })
  return {
    ...compare(base, head),
    accountId: head.accountId,
    roles: rolesDelta(base, head),
    reach: reachDelta(base, head),
    costs: costDelta(base, head, prices),
    broken: broken.filter((each) => !old.has(keyOf(each))),
    brokenBefore: broken.filter((each) => old.has(keyOf(each))),
    waived: waived.length,
    unknown: unknownsOf(head),
  }
}

/** All of a stack is created. The rules hold for it as for any other. */
const ofNew = (head: Side, tools: Tools): Consequences => ({
  ...consequences(nothingOf(head), head, tools, 'none'),
  brokenBefore: [],
})

/** All of a stack goes. What is not there breaks no rule. */
const ofGone = (base: Side, tools: Tools): Consequences => ({
  ...consequences(base, nothingOf(base), tools),
  broken: [],
  brokenBefore: [],
  waived: 0,
})

export const positionOf = ({ phase, weight, removal }: Position): Position => ({ phase, weight, removal })

export interface Attempts {
  /** Undefined: the stack has no file on that side. */
  base: Attempt | undefined
  head: Attempt | undefined
  /** The head as if the stack stood already where it shall go: shows what else changes when the move is refused. */
  headThere?: Attempt | undefined
  ahead?: { phase: string; base: Attempt; head: Attempt } | undefined
}

/** What a change does to a stack, from what both sides register, or why they do not. */
export function analyse(
  stack: string,
  attempts: Attempts,
  positions: { from?: Position; to?: Position },
  tools: Tools,
): StackReport {
  const base = attempts.base?.side
  const head = attempts.head?.side ?? attempts.headThere?.side
  const from = base ?? positions.from
  const to = head ?? positions.to
  const existence = !attempts.base ? 'new' : !attempts.head ? 'gone' : undefined
  const report: StackReport = {
    stack,
    disposable: base && head ? isDisposable(base, head) : ((head ?? base)?.disposable ?? false),
    ...(base && head && !base.disposable && head.disposable && { turnsDisposable: true }),
    existence,
    from: from && positionOf(from),
    to: to && positionOf(to),
    move: from && to && moveWords(from, to),
    illegal: head && (base ? illegalMove(base, head) : existence && moveProblem(undefined, head, head)),
  }
  if (attempts.base?.refused !== undefined) report.refused = { side: 'base', says: attempts.base.refused }
  else if (attempts.head?.refused !== undefined && !report.illegal)
    report.refused = { side: 'head', says: attempts.head.refused }
  if (base && head) report.now = consequences(base, head, tools)
  else if (head && existence === 'new') report.now = ofNew(head, tools)
  else if (base && existence === 'gone') report.now = ofGone(base, tools)
  report.ahead = attempts.ahead && aheadOf(attempts.ahead, report, tools)
  return report
}

function aheadOf(
  { phase, base, head }: NonNullable<Attempts['ahead']>,
  { now, refused }: StackReport,
  tools: Tools,
): StackReport['ahead'] {
  if (!base.side) return undefined
  if (!head.side) return head.refused === refused?.says ? undefined : { phase, refused: head.refused }
  const all = consequences(base.side, head.side, tools)
  return { phase, consequences: now ? without(all, now) : all }
}

/** What one stand shows and another does not. */
function without(all: Consequences, shown: Consequences): Consequences {
  const less = <T>(list: T[], other: T[], key: (one: T) => string): T[] => {
    const there = new Set(other.map(key))
    return list.filter((one) => !there.has(key(one)))
  }
  const cents = ({ name, usd }: { name: string; usd: number }) => `${name} ${usd.toFixed(2)}`
  const way = ({ name, words }: { name: string; words: string }) => `${name} ${words}`
  return {
    ...all,
    changes: less(all.changes, shown.changes, ({ urn, op }) => `${urn} ${op}`),
    roles: {
      ...all.roles,
      changed: less(all.roles.changed, shown.roles.changed, (role) => JSON.stringify(role)),
      foreign: less(all.roles.foreign, shown.roles.foreign, (role) => JSON.stringify(role)),
    },
    reach: {
      opened: less(all.reach.opened, shown.reach.opened, way),
      closed: less(all.reach.closed, shown.reach.closed, way),
    },
    costs: { ...all.costs, changes: less(all.costs.changes, shown.costs.changes, cents) },
    broken: less(all.broken, [...shown.broken, ...shown.brokenBefore], keyOf),
    brokenBefore: [],
  }
}
