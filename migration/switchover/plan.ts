import { type Database, otherSide } from '../database.ts'
import { epochOfToken, readFenceRow } from '../epoch.ts'
import type { FencePlan } from '../fence.ts'
import type { Side } from '../gate/gate.ts'
import type { Lift } from '../lift.ts'
import { fencedTables } from '../lift-schema.ts'
import { type Relation, subscriptionOwners, userSequences, writingRoles } from '../postgres/catalog.ts'
import { linkName, mayPinLinks, subscriptions } from '../replication.ts'
import type { Site } from '../site.ts'

/** What one switchover moves, found before the pause so that the pause only acts. */
export interface Switchover {
  epoch: number
  /** The system of record that is being left. */
  from: Database
  /** The one that becomes it. */
  to: Database
  /** The link that carries writes from `from` to `to`; its slot is on `from`, its subscription on `to`. */
  forward: string
  /** The link back that this switchover makes: slot on `to`, subscription on `from`. */
  reverse: string
  fence: { from: FencePlan; to: FencePlan }
  sequences: Relation[]
  /** Whether `from` may be told in its WAL where the link back begins. */
  mayPin: boolean
}

/** The side that accepts writes now: the one whose fence is open. */
export async function systemOfRecord(lift: Lift): Promise<Side> {
  const open: Side[] = []
  for (const side of ['source', 'target'] as const) {
    if ((await readFenceRow(lift[side].client)).state === 'open') open.push(side)
  }
  if (open.length === 1) return open[0] as Side
  throw new Error(
    open.length === 0
      ? 'neither database accepts writes: a switchover was left unsettled; run «resume»'
      : 'both databases would accept writes: fence the one that is not the system of record before anything else, and call the people who know the data',
  )
}

/** The number for a new switchover: above everything that a database or a decision record has seen. */
export async function nextEpoch(lift: Lift): Promise<number> {
  const rows = await Promise.all([readFenceRow(lift.source.client), readFenceRow(lift.target.client)])
  return 1 + Math.max(await lift.decisions.latestEpoch(), ...rows.map((row) => epochOfToken(row.token)))
}

export async function planSwitchover(lift: Lift, fromSide: Side, epoch: number): Promise<Switchover> {
  const [from, to] = [lift[fromSide], lift[otherSide(fromSide)]]
  const links = (await subscriptions(to.client)).filter((link) => link.name !== linkName(lift.site, epoch))
  const forward = links.at(-1)?.name
  if (!forward)
    throw new Error(
      `nothing replicates from the ${from.side} to the ${to.side} database: run the replicate runbook first`,
    )
  return {
    epoch,
    from,
    to,
    forward,
    reverse: linkName(lift.site, epoch),
    fence: { from: await planFence(lift, from), to: await planFence(lift, to) },
    sequences: await userSequences(from.client),
    mayPin: await mayPinLinks(from.client),
  }
}

export async function planFence(lift: Lift, database: Database): Promise<FencePlan> {
  const exempt = [...exemptRoles(lift.site), ...(await subscriptionOwners(database.client))]
  return {
    tables: await fencedTables(database.client),
    roles: lift.site.appRoles ?? (await writingRoles(database.client, exempt)),
    lockTimeoutMs: lift.site.limits.lockTimeoutMs,
  }
}

/** Roles that must be able to act and to write while the fence is closed: the runbooks' and replication's. */
export const exemptRoles = (site: Site): string[] =>
  [site.source, site.target].flatMap((side) => [userOf(side.url), userOf(side.replicationUrl ?? side.url)])

const userOf = (url: string): string => decodeURIComponent(new URL(url).username)
