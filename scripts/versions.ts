/** `npm run versions`: the lift between every pair of PostgreSQL versions that is installed, with a database that has everything. */
import { spawnSync } from 'node:child_process'

const { status } = spawnSync(
  process.execPath,
  ['--import', 'tsx', 'scripts/test.ts', 'tests/migration/torture.test.ts'],
  {
    stdio: 'inherit',
    env: { ...process.env, LIFT_VERSIONS: 'all' },
  },
)
process.exit(status ?? 1)
