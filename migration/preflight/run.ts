import { otherSide } from '../database.ts'
import type { Side } from '../gate/gate.ts'
import type { StepContext } from '../steps/step.ts'
import { access } from './access.ts'
import { beyond } from './beyond.ts'
import type { Check, CheckGroup, PreflightContext, Problem } from './check.ts'
import { gates } from './gates.ts'
import { linked } from './linked.ts'
import { links } from './links.ts'
import { pgbouncer } from './pgbouncer.ts'
import { roles } from './roles.ts'
import { servers } from './servers.ts'
import { tables } from './tables.ts'

/** Every check there is, in the order an operator reads them. */
export const groups: readonly CheckGroup[] = [
  servers,
  access,
  roles,
  tables,
  beyond,
  links,
  linked,
  gates,
  pgbouncer,
]

export interface Outcome {
  group: string
  check: string
  why: string
  state: 'passed' | 'failed' | 'skipped' | 'accepted'
  problems: Problem[]
  /** Why it was skipped, or the site's reason for accepting its problems. */
  reason?: string
}

export interface Report {
  outcomes: Outcome[]
  notes: string[]
}

/** Bounds of what passes by itself, milliseconds. */
const defaults = { longTransactionMs: 5000, patienceMs: 5000 }

/** Whether the replicate runbook has been here. */
export async function isLinked({ lift }: Pick<StepContext, 'lift'>): Promise<boolean> {
  const looks = await Promise.all(
    [lift.source, lift.target].map(({ client }) =>
      client.query(`select to_regclass('lift.fence') is not null as it`),
    ),
  )
  return looks.every(({ rows }) => rows[0].it)
}

/** Makes every check, whatever the others say. A check that cannot be made counts as failed. */
export async function runChecks(
  context: Pick<StepContext, 'lift' | 'watchdog'>,
  from: Side,
  linked: boolean,
  options: { only?: (check: Check) => boolean } & Partial<typeof defaults> = {},
): Promise<Report> {
  const { lift, watchdog } = context
  const notes: string[] = []
  const preflight: PreflightContext = {
    lift,
    watchdog,
    from: lift[from],
    to: lift[otherSide(from)],
    linked,
    longTransactionMs: options.longTransactionMs ?? defaults.longTransactionMs,
    patienceMs: options.patienceMs ?? defaults.patienceMs,
    note: (text) => notes.push(text),
  }
  const outcomes: Outcome[] = []
  for (const group of groups) {
    for (const check of group.checks) {
      if (options.only && !options.only(check)) continue
      outcomes.push({
        group: group.title,
        check: check.name,
        why: check.why,
        ...(await outcomeOf(check, preflight)),
      })
    }
  }
  return { outcomes, notes }
}

async function outcomeOf(
  check: Check,
  context: PreflightContext,
): Promise<Pick<Outcome, 'state' | 'problems' | 'reason'>> {
  if (check.needsLink && !context.linked)
    return { state: 'skipped', problems: [], reason: 'the replicate runbook has not run yet' }
  try {
    const unneeded = await check.unneeded?.(context)
    if (unneeded) return { state: 'skipped', problems: [], reason: unneeded }
    const problems = await check.run(context)
    if (problems.length === 0) return { state: 'passed', problems }
    const reason = check.acceptable && context.lift.site.accept[check.name]
    return reason ? { state: 'accepted', problems, reason } : { state: 'failed', problems }
  } catch (error) {
    const what = `it could not be checked: ${(error as Error).message}`
    return {
      state: 'failed',
      problems: [{ what, where: check.name, mend: 'mend that: what is not known counts as failed' }],
    }
  }
}

export const failures = ({ outcomes }: Report): Outcome[] =>
  outcomes.filter(({ state }) => state === 'failed')

/** Names under which the site file accepts something that cannot be accepted, or that does not exist. */
export function unacceptable(accept: Record<string, string>): string[] {
  const names = new Set(
    groups.flatMap((group) => group.checks.filter((check) => check.acceptable).map((check) => check.name)),
  )
  return Object.keys(accept).filter((name) => !names.has(name))
}
