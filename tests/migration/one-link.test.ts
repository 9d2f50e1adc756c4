import test from 'ava'
import type pg from 'pg'
import { linkName, subscriptions } from '../../migration/replication.ts'
import { afterPause, beforePause, createTestbed, inPause, testServers } from './testbed.ts'

test('a switchover leaves one link on, the old slot gone and the new one named after its epoch; what was carried forward is not sent back', async (t) => {
  const bed = await createTestbed(await testServers(), {
    deadlineMs: 60_000,
    slotTimeoutMs: 60_000,
    pauseTimeoutMs: 10_000,
  })
  bed.startWatchdog()
  await bed.pay()
  const run = await bed.run('source')
  t.teardown(async () => {
    await run.close()
    await bed.close()
  })
  await run.all(['check-databases', 'carry-schema', 'install-fence', 'subscribe-target', 'await-caught-up'])
  const [source, target] = [run.context.lift.source.client, run.context.lift.target.client]
  await run.all(beforePause)
  const forward = await bed.pay()
  for (const step of inPause) {
    const links = [...(await subscriptions(source)), ...(await subscriptions(target))].filter(
      ({ enabled }) => enabled,
    )
    t.true(links.length <= 1, `before ${step}: ${links.map(({ name }) => name).join(', ')}`)
    await run.step(step)
  }
  await run.all(afterPause)
  const slots = async (client: pg.ClientBase) =>
    (
      await client.query(
        `select slot_name as name from pg_replication_slots where database = current_database()`,
      )
    ).rows.map(({ name }) => name)
  t.deepEqual(await slots(source), [])
  t.deepEqual(await slots(target), [linkName(bed.site, 1)])
  t.deepEqual(
    (await subscriptions(source)).map(({ name, enabled }) => ({ name, enabled })),
    [{ name: linkName(bed.site, 1), enabled: true }],
  )
  t.deepEqual(await subscriptions(target), [])
  const back = await bed.pay()
  await run.step('prove-link')
  const ids = await bed.payments('source')
  t.is(ids.filter((id) => id === forward || id === back).length, 2)
})
