import { type Database, otherSide } from '../database.ts'
import { epochOfToken, readFenceRow } from '../epoch.ts'
import type { FencePlan } from '../fence.ts'
import type { Side } from '../gate/gate.ts'
import type { Lift } from '../lift.ts'
import { fencedTables } from '../lift-schema.ts'
import { type Relation, subscriptionOwners, userSequences, writingRoles } from '../postgres/catalog.ts'
import { linkName, mayPinLinks, subscriptions } from '../replication.ts'

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

/** @throws Error when the site names a role that the runbooks need themselves */
export async function planFence(lift: Lift, database: Database): Promise<FencePlan> {
  const exempt = [...(await exemptRoles(lift)), ...(await subscriptionOwners(database.client))]
  const { appRoles, limits } = lift.site
  const [own] = appRoles?.filter((role) => exempt.includes(role)) ?? []
  if (own) throw new Error(ownRoleText(own))
  return {
    tables: await fencedTables(database.client),
    roles: appRoles ?? (await writingRoles(database.client, exempt)),
    lockTimeoutMs: limits.lockTimeoutMs,
  }
}

export const ownRoleText = (role: string): string =>
  `appRoles names ${role}, as which the runbooks or replication log in: the fence would take that LOGIN, and nobody could open the database again`

/** Roles that must be able to act and to write while the fence is closed: the runbooks' and replication's. */
export async function exemptRoles({ site, source, target }: Lift): Promise<string[]> {
  const named = [source, target].map((side) => userOf(side.replicationUrl))
  const acting = await Promise.all(
    [source, target].map(async ({ client }) => {
      const { rows } = await client.query('select session_user::text as name')
      return rows[0].name
    }),
  )
  return [...new Set([...named, ...[site.source, site.target].map(({ url }) => userOf(url)), ...acting])]
}

const userOf = (url: string): string => decodeURIComponent(new URL(url).username)
