/** A row that differs before the switchover is found while the application writes. */
import test from 'ava'
import { replicated } from '../replicated.ts'
import { testServers } from '../testbed.ts'

const servers = await testServers()

test('a damaged row stops the switchover, whatever else changes meanwhile', async (t) => {
  const { run, bed, target } = await replicated(t, servers)
  const damaged = await bed.pay()
  await run.all(['preflight', 'freeze-ddl', 'await-caught-up'])
  await target.query(
    `begin; set local session_replication_role = replica; update public.payments set made_by = -1 where id = ${damaged}; commit`,
  )
  const app = await bed.connect('source')
  let writing = true
  // Another row: what is written again replication would mend.
  const writer = (async () => {
    while (writing) await app.query(`insert into payments (made_by) values (1)`)
  })()
  try {
    await t.throwsAsync(run.step('verify-rows'), {
      message: new RegExp(`rows differ.*\\n.*payments: .*\\b${damaged}: made_by`),
    })
  } finally {
    writing = false
    await writer
  }
})
