/** However a run fails to begin or to end, its lock is given back: somebody would have to agree to take it over. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readLock } from '../../../migration/journal/lock.ts'
import { openRun } from '../../../migration/run/open-run.ts'
import type { RunOptions } from '../../../migration/run/options.ts'
import { readSite } from '../../../migration/site.ts'
import { currentRun } from '../../../migration/status/run.ts'
import { deskStore } from '../../../migration/store/open.ts'
import type { Store } from '../../../migration/store/store.ts'
import { until } from '../../until.ts'
import { siteFile } from '../operator.ts'
import { createTestbed, execute, type Testbed, testServers } from '../testbed.ts'

const servers = await testServers()
let bed: Testbed
let desk: Store
let options: RunOptions & { site: string }
test.before(async () => {
  bed = await createTestbed(servers)
  desk = deskStore(bed.site)
  options = { site: siteFile(bed), execute: true, yes: false, json: true, as: 'dora' }
})
test.after.always(() => bed.close())

/** A screen that fails when this event is shown, which is when it has been written down. */
const failsAt = (event: string) => (text: string) => {
  if (text.includes(`"event":"${event}"`)) throw new Error(`the screen broke at ${event}`)
}
/** Until the sessions of the run have ended. */
const noSession = () =>
  until(async () => {
    const { rows } = await execute(
      bed.site.source.url,
      `select count(*)::int from pg_stat_activity where application_name like 'payments-lift %' and datname = current_database()`,
    )
    return rows[0].count === 0
  })

test.serial('a run whose journal cannot be opened', async (t) => {
  const runs = join(bed.site.journal, 'runs')
  writeFileSync(runs, 'not a folder')
  await t.throwsAsync(openRun('replicate', {}, options), { message: /EEXIST|ENOTDIR/ })
  rmSync(runs)
  t.is(await readLock(desk), undefined)
  await noSession()
})

test.serial('a run whose first entry cannot be written, or whose servers do not answer', async (t) => {
  for (const event of ['run-begin', 'servers']) {
    await t.throwsAsync(openRun('replicate', {}, options, failsAt(event)), {
      message: `the screen broke at ${event}`,
    })
    t.is(await readLock(desk), undefined, event)
    await noSession()
    // Nobody need wonder whether it still runs.
    t.like(await currentRun(readSite(options.site)), { open: false, error: `the screen broke at ${event}` })
  }
})

test.serial('a run whose last entry cannot be written', async (t) => {
  const run = await openRun('replicate', {}, options, failsAt('run-end'))
  t.true((await readLock(desk))?.alive)
  await t.throwsAsync(run.finish(), { message: 'the screen broke at run-end' })
  t.is(await readLock(desk), undefined)
  await noSession()
})

test.serial('a run that fails, and whose failure cannot be written either, says both', async (t) => {
  const run = await openRun('cutover', {}, options, failsAt('run-failed'))
  await t.throwsAsync(run.step('freeze-ddl'), {
    message: /^.+\nNothing was switched(.|\n)*\nthe screen broke at run-failed/,
  })
  t.is(await readLock(desk), undefined)
})

test.serial('a run that ends in order', async (t) => {
  const before = readdirSync(join(bed.site.journal, 'runs')).length
  const run = await openRun('replicate', {}, options, () => {})
  await run.finish()
  t.is(await readLock(desk), undefined)
  t.is(readdirSync(join(bed.site.journal, 'runs')).length, before + 1)
})
