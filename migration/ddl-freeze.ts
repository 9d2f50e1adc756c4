import type { ClientBase } from 'pg'

/**
 * Refuses changes of the schema while a switchover is near: a change made on one side only would stop
 * replication or be lost. It acts when a command ends, lets the sessions of the runbooks through (postgres/session.ts:
 * our own ALTERs must pass, also a watchdog's under another role; a deployment's under our role must not), and leaves
 * temporary tables alone, which applications make at any time.
 * @returns false where this role may not make event triggers: then the schema is compared after the fence
 */
export async function freezeDdl(client: ClientBase): Promise<boolean> {
  try {
    await createFreeze(client)
    return true
  } catch (error) {
    if ((error as { code?: string }).code !== '42501') throw error
    return false
  }
}

async function createFreeze(client: ClientBase): Promise<void> {
  await client.query(`
    create or replace function lift.refuse_ddl() returns event_trigger language plpgsql as $body$
    declare lasting text;
    begin
      if current_setting('lift.acts', true) = 'on' then
        return;
      end if;
      if tg_event = 'sql_drop' then
        select object_identity into lasting from pg_event_trigger_dropped_objects() where not is_temporary limit 1;
      else
        select object_identity into lasting from pg_event_trigger_ddl_commands()
        where schema_name is null or schema_name not like 'pg\\_temp%' limit 1;
      end if;
      if lasting is not null then
        raise exception 'payments-lift: the schema is frozen for a switchover (% on %)', tg_tag, lasting using
          errcode = 'LF003', hint = 'Run it again when the switchover is over.';
      end if;
    end $body$`)
  for (const [name, event] of freezes) {
    const { rowCount } = await client.query('select from pg_catalog.pg_event_trigger where evtname = $1', [
      name,
    ])
    if (!rowCount)
      await client.query(`create event trigger ${name} on ${event} execute function lift.refuse_ddl()`)
  }
}

export async function removeDdlFreeze(client: ClientBase): Promise<void> {
  for (const [name] of freezes) await client.query(`drop event trigger if exists ${name}`)
}

const freezes = [
  ['lift_ddl_freeze', 'ddl_command_end'],
  ['lift_drop_freeze', 'sql_drop'],
] as const
