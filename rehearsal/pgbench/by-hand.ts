import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import pg from 'pg'
import { settledToken } from '../../migration/epoch.ts'
import type { Side } from '../../migration/gate/gate.ts'
import { adminConsole } from '../../migration/gate/pgbouncer-console.ts'
import { withMark, withRoute } from '../../migration/gate/pgbouncer-ini.ts'
import { awaitLogins } from '../../migration/gate/pgbouncer-logins.ts'
import { openLift } from '../../migration/lift.ts'
import { ensurePublication } from '../../migration/publication.ts'
import { createSlot, dropSlot, linkName } from '../../migration/replication.ts'
import { readSite } from '../../migration/site.ts'
import { nextEpoch, planSwitchover } from '../../migration/switchover/plan.ts'
import { database, type PgbenchWorld } from './world.ts'

/**
 * Switches over by hand: the steps that nobody can do without, one after the other, on sessions that are open.
 * Nothing is checked, recorded or guarded. Before and after, not in the pause, it makes and clears away what the real
 * one does. Returns when it was in the pause, milliseconds of the Unix epoch.
 */
export async function switchByHand(
  world: PgbenchWorld,
  fromSide: Side,
  { begins, ends }: { begins?(): void; ends?(): void } = {},
): Promise<{ fromMs: number; untilMs: number }> {
  const site = readSite(world.siteFile)
  const lift = await openLift(site, 'by hand')
  const epoch = await nextEpoch(lift)
  const { from, to, forward, fence, sequences } = await planSwitchover(lift, fromSide, epoch)
  const reverse = linkName(site, epoch)
  await ensurePublication(to.client, to.side)
  await createSlot(to.client, reverse)
  await from.client.query(
    `create subscription ${reverse} connection ${pg.escapeLiteral(to.replicationUrl)} publication lift
     with (slot_name = ${reverse}, create_slot = false, copy_data = false, enabled = false)`,
  )
  await to.client.query(`alter subscription ${forward} set (synchronous_commit = 'on')`)
  const console = adminConsole(world.pooler.admin)
  const tables = fence.from.tables.map(({ schema, name }) => `alter table only "${schema}"."${name}"`)
  const roles = fence.from.roles.map((role) => `alter role "${role}"`)
  const token = settledToken(epoch)

  await awaitLogins([console.query], database, 10_000)

  const fromMs = Date.now()
  begins?.()
  await console.query(`pause ${database}`)
  await from.client.query(
    `begin; ${tables.map((table) => `${table} enable trigger lift_fence`).join(';')};
     ${roles.map((role) => `${role} nologin`).join(';')}; update lift.fence set state = 'fenced'; commit`,
  )
  await from.client.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = any ($1)', [
    fence.from.roles,
  ])
  await from.client.query(`update lift.nonce_${fromSide} set value = $1`, [`by hand ${epoch}`])
  const { rows } = await from.client.query('select pg_current_wal_flush_lsn()::text as lsn')
  for (;;) {
    const { rowCount } = await from.client.query(
      'select from pg_replication_slots where slot_name = $1 and confirmed_flush_lsn >= $2::pg_lsn',
      [forward, rows[0].lsn],
    )
    if (rowCount) break
  }
  for (const { schema, name } of sequences) {
    const state = await from.client.query(`select last_value, is_called from "${schema}"."${name}"`)
    const { last_value, is_called } = state.rows[0]
    await to.client.query(`select setval($1, $2, $3)`, [`"${schema}"."${name}"`, last_value, is_called])
  }
  await to.client.query(`alter subscription ${forward} disable`)
  await to.client.query(
    `select pg_terminate_backend(pid) from pg_stat_subscription where subname = '${forward}'`,
  )
  await to.client.query('select pg_replication_slot_advance($1, pg_current_wal_flush_lsn())', [reverse])
  await to.client.query(
    `begin; ${tables.map((table) => `${table} disable trigger lift_fence`).join(';')};
     ${roles.map((role) => `${role} login`).join(';')}; update lift.fence set state = 'open', saved = '[]'; commit`,
  )
  const ini = readFileSync(world.pooler.ini, 'utf8')
  writeFileSync(`${world.pooler.ini}.new`, withMark(withRoute(ini, database, to.address), token, to.side))
  renameSync(`${world.pooler.ini}.new`, world.pooler.ini)
  await console.query('reload')
  await console.query(`resume ${database}`)
  const untilMs = Date.now()
  ends?.()

  await from.client.query('update lift.fence set token = $1, saved = $2', [
    token,
    JSON.stringify(fence.from.roles),
  ])
  await to.client.query('update lift.fence set token = $1', [token])
  await from.client.query(`alter subscription ${reverse} enable`)
  await to.client.query(`alter subscription ${forward} set (slot_name = none)`)
  await to.client.query(`drop subscription ${forward}`)
  await dropSlot(from.client, forward)
  await console.end()
  await lift.close()
  return { fromMs, untilMs }
}
