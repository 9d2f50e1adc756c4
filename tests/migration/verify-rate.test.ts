/** The comparison of all rows before a switchover reads no faster than the site allows. */
import test from 'ava'
import { replicated } from './replicated.ts'
import { testServers } from './testbed.ts'

const servers = await testServers()

test('a site may hold back the comparison of all rows', async (t) => {
  const { bed, run, source, target } = await replicated(t, servers)
  await source.query('insert into public.payments (made_by) select n from generate_series(1, 100000) n')
  const { rows } = await source.query(`select pg_relation_size('public.payments') / 1048576.0 as mib`)
  const mebibytes = Number(rows[0].mib)
  t.true(mebibytes > 3)
  await target.query('analyze public.payments')
  bed.site.limits.verifyMebibytesPerSecond = 1
  await run.all(['preflight', 'freeze-ddl'])
  const began = performance.now()
  await run.step('verify-rows')
  const seconds = (performance.now() - began) / 1000
  // The last chunk is waited for by nobody.
  t.true(seconds > mebibytes - 2, `${mebibytes.toFixed(1)} MiB in ${seconds.toFixed(1)} s`)
})
