import pg, { type ClientBase } from 'pg'
import { underToken } from './epoch.ts'
import type { Side } from './gate/gate.ts'
import { triggerSql } from './lift-schema.ts'
import type { Relation } from './postgres/catalog.ts'

/** What the fence covers; found before the pause, so that the pause only acts. */
export interface FencePlan {
  tables: Relation[]
  /** Roles that write: they lose LOGIN and their sessions are ended. */
  roles: string[]
  lockTimeoutMs: number
}

/**
 * Makes it impossible to write to a database. The triggers stop statements of every role, superusers and
 * sessions that override read-only defaults too, and let apply workers through; taking LOGIN and ending the
 * sessions stops what triggers do not see: nextval, and a session_replication_role of replica.
 */
export async function fence(client: ClientBase, side: Side, token: number, plan: FencePlan): Promise<void> {
  await underToken(client, `the ${side} database`, token, async (row) => {
    const saved = row.state === 'fenced' ? row.saved : plan.roles
    await client.query(`set local lock_timeout = ${plan.lockTimeoutMs}`)
    await client.query(
      [
        triggerSql(plan.tables, 'fenced'),
        ...plan.roles.map((role) => `alter role ${pg.escapeIdentifier(role)} nologin`),
      ].join(';'),
    )
    await client.query(`update lift.fence set state = 'fenced', saved = $1`, [JSON.stringify(saved)])
  })
  await endSessions(client, plan.roles)
  await refusePrepared(client)
}

/** Opens a fenced database again and gives LOGIN back to the roles that had it. */
export async function unfence(
  client: ClientBase,
  side: Side,
  token: number,
  plan: Omit<FencePlan, 'roles'>,
): Promise<void> {
  await underToken(client, `the ${side} database`, token, async (row) => {
    if (row.state === 'open') return
    await client.query(`set local lock_timeout = ${plan.lockTimeoutMs}`)
    await client.query(
      [
        triggerSql(plan.tables, 'open'),
        ...row.saved.map((role) => `alter role ${pg.escapeIdentifier(role)} login`),
      ].join(';'),
    )
    await client.query(`update lift.fence set state = 'open', saved = '[]'`)
  })
}

/** A terminated session may still be there when `pg_terminate_backend` returns: ask until none is left. */
async function endSessions(client: ClientBase, roles: string[]): Promise<void> {
  for (;;) {
    const { rows } = await client.query(
      `select count(pg_terminate_backend(pid))::int as left from pg_catalog.pg_stat_activity
       where usename = any ($1) and datname = current_database() and pid <> pg_backend_pid()`,
      [roles],
    )
    if (rows[0].left === 0) return
  }
}

/** A prepared transaction could still commit behind the fence. */
async function refusePrepared(client: ClientBase): Promise<void> {
  const { rows } = await client.query(
    'select gid from pg_catalog.pg_prepared_xacts where database = current_database()',
  )
  if (rows.length > 0) {
    throw new Error(
      `prepared transactions could commit behind the fence: ${rows.map((row) => row.gid).join(', ')}; COMMIT PREPARED or ROLLBACK PREPARED them first`,
    )
  }
}
