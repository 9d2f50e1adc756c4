import { otherSide } from '../database.ts'
import { drain, writeNonce } from '../drain.ts'
import { readFenceRow, settledToken } from '../epoch.ts'
import { subscriptions } from '../replication.ts'
import { nextEpoch } from '../switchover/plan.ts'
import { systemOfRecord } from '../switchover/record.ts'
import { demand, type Step } from './step.ts'

/** What replication does now, on both sides; changes nothing. */
export const inspectReplication: Step = {
  name: 'inspect-replication',
  summary: 'Look at slots, subscriptions and what holds them up',
  expectedMs: 1000,
  async check({ lift, say }) {
    for (const { side, client } of [lift.source, lift.target]) {
      const { state } = await readFenceRow(client)
      say(`${side}: ${state === 'open' ? 'system of record' : 'fenced'}`)
      const slots = await client.query(
        `select slot_name as name, active, wal_status as wal,
                pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) as held
         from pg_catalog.pg_replication_slots where database = current_database() order by 1`,
      )
      for (const { name, active, wal, held } of slots.rows) {
        say(
          `  slot ${name}: ${active ? 'read' : 'NOBODY READS IT'}, holds ${held} of WAL${wal === 'reserved' ? '' : `, WAL IS ${String(wal).toUpperCase()}`}`,
        )
      }
      for (const { name, enabled } of await subscriptions(client)) {
        const worker = await client.query(
          `select a.wait_event_type as type, a.wait_event as event, pg_blocking_pids(s.pid) as blockers,
                  extract(epoch from clock_timestamp() - s.last_msg_receipt_time)::int as silent
           from pg_catalog.pg_stat_subscription s join pg_catalog.pg_stat_activity a using (pid)
           where s.subname = $1 and s.relid is null`,
          [name],
        )
        const [row] = worker.rows
        say(
          row
            ? `  subscription ${name}: worker waits for ${row.type ?? 'nothing'} ${row.event ?? ''}, last message ${row.silent} s ago${row.blockers.length > 0 ? `, BLOCKED by process ${row.blockers.join(', ')}` : ''}`
            : `  subscription ${name}: ${enabled ? 'NO WORKER: it fails and is started again; the server log says why' : 'stopped'}`,
        )
      }
    }
  },
}

/** A value written on the system of record arrives on the other side. */
export const proveLink: Step = {
  name: 'prove-link',
  summary: 'Prove that a write arrives on the other side',
  expectedMs: 1000,
  async act({ lift }) {
    const record = await systemOfRecord(lift)
    const [from, to] = [lift[record], lift[otherSide(record)]]
    const link = (await subscriptions(to.client)).find(({ enabled }) => enabled)
    demand(link, `nothing replicates to the ${to.side} database: no subscription runs there`)
    const nonce = await writeNonce(from.client, from.side, `proof ${new Date().toISOString()}`)
    await drain(from.client, to.client, link.slot ?? link.name, nonce, 30_000)
  },
}

/** Every gate is open and sends requests to the system of record. */
export const alignGates: Step = {
  name: 'align-gates',
  summary: 'Point every gate at the system of record and open it',
  expectedMs: 500,
  async check({ lift, watchdog, say }) {
    demand(
      (await watchdog.armings()).length === 0,
      'a switchover is under way: its run or the watchdog opens the gates',
    )
    const record = await systemOfRecord(lift)
    for (const [at, gate] of (await lift.gate.state()).entries()) {
      say(
        `gate ${at + 1}: ${gate.state} → ${gate.route}, ${gate.waiting} waiting${gate.route === record ? '' : '  ← WRONG'}`,
      )
    }
  },
  async act({ lift }) {
    const record = await systemOfRecord(lift)
    // The token of the last settled switchover: a newer one would shut out nobody, an older one is refused.
    const token = settledToken((await nextEpoch(lift)) - 1)
    await lift.gate.send(token, lift[record].address)
  },
  async verify({ lift }) {
    const record = await systemOfRecord(lift)
    const astray = (await lift.gate.state()).filter((gate) => gate.state !== 'open' || gate.route !== record)
    demand(astray.length === 0, `${astray.length} gates are still not open towards the ${record} database`)
    await lift.gate.probe(record)
  },
}
