/**
 * A database with everything an application may have goes there, back and there again. `npm test` takes one pair of
 * versions; `npm run versions` takes all that are installed.
 */
import test from 'ava'
import { findPgDump } from '../../migration/schema/dump.ts'
import { hasPostgres } from '../../rehearsal/postgres/binaries.ts'
import { missingParts } from '../parts.ts'
import { testServers } from './testbed.ts'
import { throughTheLift, tortured } from './torture.ts'

const all = [
  [13, 14],
  [13, 16],
  [13, 18],
  [14, 16],
  [14, 18],
  [16, 18],
  [18, 16],
  [18, 18],
] as const

const asked = process.env.LIFT_VERSIONS === 'all' ? all : ([[14, 18]] as const)
const dump = await findPgDump()

for (const [source, target] of asked) {
  const title = `PostgreSQL ${source} to ${target} and back`
  const missing = [
    ...[source, target]
      .filter((major) => !hasPostgres(major))
      .map((major) => `no PostgreSQL ${major} from npm for this platform`),
    ...missingParts('pg_dump'),
  ]
  if (missing.length > 0) {
    if (process.env.REQUIRE_ALL === '1') test(title, (t) => t.fail(missing.join(', ')))
    else test.skip(`${title}: skipped, ${missing.join(', ')}`, () => {})
    continue
  }
  const carried = dump && dump.major >= source ? 'by pg_dump' : 'by hand'
  test.serial(`${title}, schema made ${carried}`, async (t) => {
    const bed = await tortured(await testServers({ source, target }), carried)
    t.teardown(() => bed.close())
    await throughTheLift(t, bed)
  })
}
