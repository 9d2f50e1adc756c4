import { setTimeout as delay } from 'node:timers/promises'
import { planTables, verifyAll } from '../digest/index.ts'
import { describe, RowCheck } from './row-check.ts'
import { demand, type Step } from './step.ts'
import { planOf } from './switchover-run.ts'

/** Every row of every table, before the pause. */
export const verifyRows: Step = {
  name: 'verify-rows',
  summary: 'Compare every row on both sides',
  expectedMs: 60_000,
  async act({ lift, switchover, say }) {
    const plan = await planTables(lift.source.client, lift.target.client)
    const result = await verifyAll(lift.site.source.url, lift.site.target.url, { plan })
    const rows = result.tables.reduce((sum, table) => sum + table.rows, 0)
    const check = new RowCheck(plan, result.tables)
    const changing = check.pending
    const deadline = performance.now() + lift.site.limits.arriveMs
    let differing = result.tables.filter((table) => !table.equal)
    while (check.pending > 0 && performance.now() < deadline) {
      await delay(100)
      differing = await check.lookAgain(lift.source.client, lift.target.client)
    }
    demand(
      check.pending === 0,
      `rows differ, and replication does not bring them together:\n${describe(differing)}`,
    )
    switchover.rows = check
    say(`${rows} rows are equal (${changing} changed meanwhile and agreed when looked at again)`)
  },
}

/** What changed since, inside the pause. */
export const verifyChanges: Step = {
  name: 'verify-changes',
  summary: 'Compare the rows that changed since',
  expectedMs: 20,
  async act({ switchover }) {
    const { from, to } = planOf(switchover)
    const [source, target] = from.side === 'source' ? [from, to] : [to, from]
    demand(switchover.rows, 'the step «verify-rows» comes first in the runbook')
    const differing = await switchover.rows.lookAgain(source.client, target.client)
    demand(differing.length === 0, `rows differ after the drain:\n${describe(differing)}`)
  },
}
