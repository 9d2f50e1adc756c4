import { setTimeout as delay } from 'node:timers/promises'
import { keysToLookAtAgain, planTables, usualChunkMebibytes, verifyAll } from '../digest/index.ts'
import { dropTrackingSlots, trackingSlot } from '../replication.ts'
import { commonKeys, describe, RowCheck } from './row-check.ts'
import { demand, type Step } from './step.ts'
import { planOf } from './switchover-run.ts'

/** Every row of every table, before the pause. */
export const verifyRows: Step = {
  name: 'verify-rows',
  summary: 'Compare every row on both sides',
  expectedMs: 60_000,
  async act({ lift, switchover, say }) {
    const { from, epoch } = planOf(switchover)
    const [source, target] = [lift.site.source.url, lift.site.target.url]
    const plan = await planTables(lift.source.client, lift.target.client)
    await dropTrackingSlots(from.client, lift.site)
    const check = await RowCheck.begin({
      source,
      target,
      from: lift.site[from.side].url,
      slot: trackingSlot(lift.site, epoch),
      plan,
    })
    switchover.rows = check
    const result = await verifyAll(source, target, {
      plan,
      ...rateOf(lift.site.limits.verifyMebibytesPerSecond),
    })
    // What was under way differs too: it agrees at a later look, or it is a difference.
    let neverAgreed = keysToLookAtAgain(result.tables)
    check.add(neverAgreed)
    // A round that is under way, or has ended, took its keys before: it says nothing about these.
    const before = check.rounds.begun
    const deadline = performance.now() + lift.site.limits.arriveMs
    while (neverAgreed.size > 0 && performance.now() < deadline) {
      await delay(100)
      const differing = check.differing()
      if (check.rounds.ended > before) neverAgreed = commonKeys(neverAgreed, keysToLookAtAgain(differing))
    }
    const lookedAgain = check.rounds.ended > before
    const seen = lookedAgain ? check.differing() : result.tables.filter((table) => !table.equal)
    demand(
      neverAgreed.size === 0,
      lookedAgain
        ? `rows differ, and replication does not bring them together:\n${describe(seen)}`
        : `rows differ, and there was no time to look again: raise limits.arriveMs\n${describe(seen)}`,
    )
    const rows = result.tables.reduce((sum, table) => sum + table.rows, 0)
    say(`${rows} rows in ${result.tables.length} tables are equal; what changes is compared from now on`)
  },
  async undo({ switchover }) {
    await switchover.rows?.close()
  },
}

/** Slower than the usual chunk a second, it reads in chunks of a second: no bursts with rests between. */
function rateOf(limit: number | undefined) {
  if (limit === undefined) return {}
  return { maxMebibytesPerSecond: limit, chunkMebibytes: Math.min(limit, usualChunkMebibytes) }
}

/** What changed since, inside the pause. */
export const verifyChanges: Step = {
  name: 'verify-changes',
  summary: 'Compare the rows that changed since',
  expectedMs: 5,
  async act({ switchover }) {
    demand(switchover.rows, 'the step «verify-rows» comes first in the runbook')
    const differing = await switchover.rows.lastLook()
    demand(differing, 'the step «drain» comes before this one in the runbook')
    demand(differing.length === 0, `rows differ after the drain:\n${describe(differing)}`)
  },
}
