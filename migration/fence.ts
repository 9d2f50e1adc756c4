import pg, { type ClientBase } from 'pg'
import { type TokenOptions, underToken } from './epoch.ts'
import type { Side } from './gate/gate.ts'
import { triggerSql } from './lift-schema.ts'
import { quoted, type Relation } from './postgres/catalog.ts'
import { untilGoneSql } from './postgres/session.ts'

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
  const saved = pg.escapeLiteral(JSON.stringify(plan.roles))
  await underToken(
    { client, side },
    token,
    `${lockTimeouts(plan.lockTimeoutMs)}
     ${triggerSql(plan.tables, 'fenced')}
     ${plan.roles.map((role) => `alter role ${pg.escapeIdentifier(role)} nologin;`).join(' ')}
     update lift.fence set state = 'fenced', saved = case was.state when 'fenced' then was.saved else ${saved} end;`,
    {
      // Not before it is committed: they could log in again.
      afterwards: `${untilGoneSql(
        `select pid from pg_catalog.pg_stat_activity
         where usename = any (array[${plan.roles.map((role) => pg.escapeLiteral(role)).join(', ')}]::name[])
           and datname = current_database() and pid <> pg_backend_pid()`,
      )}
      ${noPreparedSql}`,
      // The nonce is written behind it, and what counts is that the nonce has arrived.
      durable: false,
    },
  )
}

/**
 * Opens a fenced database again and gives LOGIN back to the roles that had it.
 * @param options not durable when something is written behind it that waits for the disk
 */
export async function unfence(
  client: ClientBase,
  side: Side,
  token: number,
  plan: Omit<FencePlan, 'roles'>,
  options: Pick<TokenOptions, 'durable'> = {},
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openOnce(client, side, token, plan, options, attempt > 1)
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
  options: Pick<TokenOptions, 'durable'>,
  outlastsVacuum: boolean,
): Promise<void> {
  await underToken(
    { client, side },
    token,
    `if was.state <> 'open' then
       ${lockTimeouts(plan.lockTimeoutMs, outlastsVacuum)}
       ${triggerSql(plan.tables, 'open')}
       declare name text;
       begin
         for name in select rolname from pg_catalog.pg_roles
                     where rolname in (select jsonb_array_elements_text(was.saved)) loop
           execute format('alter role %I login', name);
         end loop;
       end;
       update lift.fence set state = 'open', saved = '[]';
     end if;`,
    options,
  )
}

/**
 * A vacuum of the server's own gives way to who has waited for `deadlock_timeout`, by default longer than we wait.
 * Only a superuser may shorten it; anybody else who must get through waits as long as that, once sessions that can be
 * ended have been.
 */
function lockTimeouts(lockTimeoutMs: number, outlastsVacuum = false): string {
  const limit = outlastsVacuum
    ? `(select greatest(${lockTimeoutMs}, case when rolsuper then 0 else least(${longestLockMs}, ${afterDeadlockMs} +
          (select setting::int from pg_catalog.pg_settings where name = 'deadlock_timeout')) end) || 'ms'
        from pg_catalog.pg_roles where rolname = current_user)`
    : `'${lockTimeoutMs}ms'`
  return `perform set_config('lock_timeout', ${limit}, true),
                  (select set_config('deadlock_timeout', '1ms', true) from pg_catalog.pg_roles
                   where rolname = current_user and rolsuper);`
}

/** What the one that gives way takes to do so, milliseconds. */
const afterDeadlockMs = 300
/** Shorter than a query of whoever settles may take (database.ts). */
const longestLockMs = 8000

/**
 * Ends sessions that hold a table of a fenced database: behind the fence they have written nothing, and payments
 * wait for it to open. A vacuum against wraparound gives way to nobody, and only a superuser may end it.
 */
async function endLockHolders(client: ClientBase, tables: Relation[]): Promise<void> {
  await client.query(
    `select pg_terminate_backend(l.pid) from pg_catalog.pg_locks l
     join pg_catalog.pg_stat_activity a on a.pid = l.pid and (a.backend_type = 'client backend'
       or a.backend_type = 'autovacuum worker'
          and (select rolsuper from pg_catalog.pg_roles where rolname = current_user))
     where l.granted and l.mode <> 'AccessShareLock' and l.pid <> pg_backend_pid()
       and ((select rolsuper from pg_catalog.pg_roles where rolname = current_user)
            or not (select rolsuper from pg_catalog.pg_roles where oid = a.usesysid)
               and (pg_has_role(current_user, a.usesysid, 'usage') or pg_has_role(current_user, 'pg_signal_backend', 'usage')))
       and l.database = (select oid from pg_catalog.pg_database where datname = current_database())
       and l.relation = any ($1::regclass[])`,
    [tables.map(quoted)],
  )
}

/** A session that has prepared a transaction could still commit it behind the fence. */
const noPreparedSql = `
  declare prepared text := (
    select string_agg(gid, ', ') from pg_catalog.pg_prepared_xacts where database = current_database()
  );
  begin
    if prepared <> '' then
      raise exception 'prepared transactions could commit behind the fence: %; COMMIT PREPARED or ROLLBACK PREPARED them first', prepared;
    end if;
  end;`
