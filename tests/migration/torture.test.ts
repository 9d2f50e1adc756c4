/** A database with everything an application may have goes there, back and there again, between several versions. */
import test from 'ava'
import { testServers } from './testbed.ts'
import { throughTheLift, tortured } from './torture.ts'

for (const [source, target, carried] of [[14, 18, 'by pg_dump']] as const) {
  test.serial(`PostgreSQL ${source} to ${target}, schema carried ${carried}`, async (t) => {
    const bed = await tortured(await testServers({ source, target }), carried)
    t.teardown(() => bed.close())
    await throughTheLift(t, bed)
  })
}
