/** pgbench's own TPC-B through a short lift; the long one is `npm run bench -- pgbench`. */
import { liftPgbench } from '../../rehearsal/pgbench/lift.ts'
import { needs, thorough } from '../parts.ts'

const test = needs('pgbouncer', 'pgbench')

test('replicate, cutover and rollback under pgbench: no failed transaction, and equal sums', async (t) => {
  const { failed, processed, differing, sums } = await liftPgbench({
    accounts: thorough ? 200_000 : 20_000,
    tps: 40,
    switches: 2,
  })
  t.is(failed, 0)
  t.true(processed > 100)
  t.is(differing, 0, JSON.stringify(sums))
})
