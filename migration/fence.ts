import pg, { type ClientBase } from 'pg'
import { underToken } from './epoch.ts'
import type { Side } from './gate/gate.ts'
import { triggerSql } from './lift-schema.ts'
import { quoted, type Relation } from './postgres/catalog.ts'

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
    await setLockTimeouts(client, plan.lockTimeoutMs)
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
  for (let attempt = 1; ; attempt++) {
    try {
      return await openOnce(client, side, token, plan)
    } catch (error) {
      if ((error as { code?: string }).code !== '55P03' || attempt === 3) throw error
      await endLockHolders(client, plan.tables)
    }
  }
}

async function openOnce(
  client: ClientBase,
  side: Side,
  token: number,
  plan: Omit<FencePlan, 'roles'>,
): Promise<void> {
  await underToken(client, `the ${side} database`, token, async (row) => {
    if (row.state === 'open') return
    await setLockTimeouts(client, plan.lockTimeoutMs)
    await client.query(
      [
        triggerSql(plan.tables, 'open'),
        ...row.saved.map((role) => `alter role ${pg.escapeIdentifier(role)} login`),
      ].join(';'),
    )
    await client.query(`update lift.fence set state = 'open', saved = '[]'`)
  })
}

/**
 * A vacuum of the server's own gives way to who has waited for `deadlock_timeout`, by default longer than we wait.
 * Only a superuser may shorten it.
 */
async function setLockTimeouts(client: ClientBase, lockTimeoutMs: number): Promise<void> {
  await client.query(
    `select set_config('lock_timeout', $1, true),
            (select set_config('deadlock_timeout', '10ms', true) from pg_catalog.pg_roles
             where rolname = current_user and rolsuper)`,
    [`${lockTimeoutMs}ms`],
  )
}

/**
 * Ends sessions that hold a table of a fenced database: behind the fence they have written nothing, and payments
 * wait for it to open.
 */
async function endLockHolders(client: ClientBase, tables: Relation[]): Promise<void> {
  await client.query(
    `select pg_terminate_backend(l.pid) from pg_catalog.pg_locks l
     join pg_catalog.pg_stat_activity a on a.pid = l.pid and a.backend_type = 'client backend'
     where l.granted and l.mode <> 'AccessShareLock' and l.pid <> pg_backend_pid()
       and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
       and l.relation = any ($1::regclass[])`,
    [tables.map(quoted)],
  )
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
